import { FixedText } from './fixed-text.ts';
import { JsonBytes, type TextBytes } from './json-bytes.ts';

/**
 * Fields of audit events that may be encrypted, by their paths: those that can tell of a person and
 * that nothing needs to keep its promises. What recovery, order and the pruning of searches read
 * (source, ids, route group, outcome, status) is not among them.
 */
export const PRIVATE_FIELDS = [
  'idempotency_key',
  'upstream.remote_address',
  'request.target_sha256',
  'request.headers',
  'payload.request.sha256',
  'payload.request.redacted',
  'payload.response.sha256',
  'payload.response.redacted',
  'response.headers',
  'result.error_message',
  'facts.reason',
] as const;

export type PrivateField = (typeof PRIVATE_FIELDS)[number];

interface Field {
  readonly name: FixedText;
  readonly bit: number;
}

const FIELDS: ReadonlyMap<PrivateField, Field> = new Map(
  PRIVATE_FIELDS.map((field, index) => [
    field,
    { name: FixedText.of(`,"${field}":`), bit: 1 << index },
  ]),
);

/** More attempts than a call has. */
const NAMES_MAX = 64;

/**
 * What is left out of a line because it is to be encrypted: a JSON object by path, collected while
 * the line is written.
 */
export class PrivatePart {
  readonly #chosen: ReadonlyMap<PrivateField, Field>;
  readonly #out: JsonBytes;
  /** Of fields that stand at more than one path. */
  readonly #names = new Map<string, FixedText>();
  #mask = 0;

  /** What does not fit into `bytes` makes it full. */
  constructor(fields: ReadonlySet<PrivateField>, bytes: TextBytes) {
    this.#chosen = new Map([...FIELDS].filter(([field]) => fields.has(field)));
    this.#out = new JsonBytes(bytes);
  }

  /** Whether something found no room since `begin`. */
  get isFull(): boolean {
    return this.#out.isFull;
  }

  /** A bit for each field that was collected since `begin`, the first of `PRIVATE_FIELDS` lowest. */
  get mask(): number {
    return this.#mask;
  }

  /** Forgets what was collected. */
  begin(): void {
    this.#mask = 0;
    this.#out.begin(0, this.#out.bytes.length);
  }

  /**
   * Collects a text, or the bytes of JSON, where the field is chosen; answers with what stays in the
   * line.
   */
  take<T extends string | Uint8Array>(field: PrivateField, value: T | undefined): T | undefined {
    const chosen = this.#chosen.get(field);
    if (value === undefined || chosen === undefined) return value;
    this.#write(chosen.bit, chosen.name, value);
    return undefined;
  }

  /** The same for a field that stands at more than one path. */
  takeAt<T extends string | Uint8Array>(
    field: PrivateField,
    path: string,
    value: T | undefined,
  ): T | undefined {
    const chosen = this.#chosen.get(field);
    if (value === undefined || chosen === undefined) return value;
    this.#write(chosen.bit, this.#nameOf(path), value);
    return undefined;
  }

  /** Ends the object collected since `begin`, once; no byte where there is nothing. */
  end(): Uint8Array {
    if (this.#mask !== 0) this.#out.endObject(0);
    return this.#out.written();
  }

  #nameOf(path: string): FixedText {
    const known = this.#names.get(path);
    if (known !== undefined) return known;
    const name = FixedText.of(`,"${path}":`);
    if (this.#names.size < NAMES_MAX) this.#names.set(path, name);
    return name;
  }

  #write(bit: number, name: FixedText, value: string | Uint8Array): void {
    this.#mask |= bit;
    if (typeof value === 'string') this.#out.text(name, value);
    else this.#out.raw(name, value);
  }
}

/** What of a field stays in the line. */
export function unlessPrivate<T extends string | Uint8Array>(
  field: PrivateField,
  value: T | undefined,
  { privatePart }: JsonBytes,
): T | undefined {
  return privatePart === undefined ? value : privatePart.take(field, value);
}
