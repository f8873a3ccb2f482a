import type { TLSSocket } from 'node:tls';

import type { TlsFacts } from '@netscope/domain';

/** What was agreed on, once the handshake is over. */
export function tlsFacts(socket: TLSSocket): TlsFacts {
  const version = socket.getProtocol();
  const expiresAtMs = socket.getPeerX509Certificate()?.validToDate.getTime();
  return {
    ...(version === null ? {} : { version }),
    cipher: socket.getCipher().name,
    ...(typeof socket.alpnProtocol === 'string' ? { alpn: socket.alpnProtocol } : {}),
    sessionReused: socket.isSessionReused(),
    ...(expiresAtMs === undefined ? {} : { certificateExpiresAtMs: expiresAtMs }),
  };
}
