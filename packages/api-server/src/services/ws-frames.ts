/** RFC 6455, 5.2: whole message, text or ping; a server's frames are not masked. */
const TEXT = 0x81;
const PING = 0x89;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** An empty ping. */
export const PING_FRAME: Buffer = Buffer.from([PING, 0]);

/**
 * The texts as WebSocket messages, one behind the other. All clients are written the same bytes:
 * one write a client, however many events there are.
 */
export function textFrames(texts: readonly string[]): Buffer {
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const total = lengths.reduce((sum, length) => sum + headerBytes(length) + length, 0);
  const frames = Buffer.allocUnsafeSlow(total);
  let at = 0;
  for (const [index, text] of texts.entries()) {
    at = writeHeader(frames, at, lengths[index] ?? 0);
    at += frames.write(text, at);
  }
  return frames;
}

function headerBytes(length: number): number {
  if (length < LENGTH_16) return 2;
  return length <= 0xffff ? 4 : 10;
}

function writeHeader(frames: Buffer, start: number, length: number): number {
  let at = frames.writeUInt8(TEXT, start);
  if (length < LENGTH_16) return frames.writeUInt8(length, at);
  if (length <= 0xffff) {
    at = frames.writeUInt8(LENGTH_16, at);
    return frames.writeUInt16BE(length, at);
  }
  at = frames.writeUInt8(LENGTH_64, at);
  return frames.writeBigUInt64BE(BigInt(length), at);
}
