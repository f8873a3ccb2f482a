import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { scriptOfRules, type Rule } from './rules.ts';
import type { ScriptedUpstream } from './scripted-upstream.ts';

/**
 * Lets another process read and steer an upstream, on a port of its own, so that the upstream's may
 * refuse: `GET /__ledger` (a JSON line an entry), `GET /__counts`, `POST /__rules` (a JSON list),
 * `POST /__refuse`, `POST /__accept`, `POST /__clear`. Answers its port.
 */
export async function serveControl(upstream: ScriptedUpstream): Promise<number> {
  const server = createServer((request, response) => void answer(upstream, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function answer(
  upstream: ScriptedUpstream,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body = await act(upstream, `${request.method} ${request.url}`, await text(request));
    response.writeHead(body === undefined ? 404 : 200).end(body);
  } catch (error) {
    response.writeHead(400).end(String(error));
  }
}

async function act(
  upstream: ScriptedUpstream,
  what: string,
  body: string,
): Promise<string | undefined> {
  switch (what) {
    case 'GET /__ledger':
      return upstream.ledger.entries.map((entry) => JSON.stringify(entry)).join('\n');
    case 'GET /__counts':
      return JSON.stringify(upstream.ledger.counts());
    case 'POST /__rules':
      upstream.script = scriptOfRules(rulesOf(body));
      return '';
    case 'POST /__refuse':
      await upstream.refuse();
      return '';
    case 'POST /__accept':
      await upstream.accept();
      return '';
    case 'POST /__clear':
      upstream.ledger.clear();
      return '';
    default:
      return undefined;
  }
}

function rulesOf(body: string): readonly Rule[] {
  const rules: unknown = JSON.parse(body);
  if (!Array.isArray(rules)) throw new TypeError('the rules must be a list');
  return rules;
}
