/**
 * A TCP proxy as a process of its own, so that it can live in a network namespace: `node
 * proxy-server.ts SETTINGS-AS-JSON`. Prints a line when it listens and ends with its standard input.
 */
import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { connect, createServer as createTcp, type Server, type Socket } from 'node:net';
import process from 'node:process';

import type { ProxySettings } from './lab-detour.ts';

const [text = '{}'] = process.argv.slice(2);
const settings: ProxySettings = JSON.parse(text);
// A redirect rule spares the proxy's own connections by whose they are.
if (settings.uid !== undefined) process.setuid?.(settings.uid);

function serverOf({ role, target, through }: ProxySettings): Server {
  if (role === 'connect') {
    const server = createHttp();
    // The other end is where the request says, and nowhere else.
    server.on('connect', (request, near: Socket) => {
      const [host = '', port = ''] = (request.url ?? '').split(':');
      const far = connect(Number(port), host, () => near.write('HTTP/1.1 200 OK\r\n\r\n'));
      join(near, far);
    });
    return server;
  }
  return createTcp((near) => {
    if (through === undefined) join(near, connect(target));
    else tunnel(near, connect(through), `${target.host}:${target.port}`);
  });
}

/** Asks the proxy for a tunnel, and joins both sides once it is there. */
function tunnel(near: Socket, far: Socket, where: string): void {
  near.pause();
  far.write(`CONNECT ${where} HTTP/1.1\r\nhost: ${where}\r\n\r\n`);
  far.once('data', (answer) => {
    if (String(answer).startsWith('HTTP/1.1 200')) join(near, far);
    else near.resetAndDestroy();
  });
  far.once('error', () => near.resetAndDestroy());
}

function join(near: Socket, far: Socket): void {
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    from.setNoDelay(true);
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.once('close', () => to.destroy());
  }
}

const server = serverOf(settings);
server.listen(settings.port);
await once(server, 'listening');
process.stdout.write('listening\n');
process.stdin.resume().once('end', () => process.exit(0));
