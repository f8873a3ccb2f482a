import { SourceError } from '@netscope/domain';

import type { KafkaSasl } from './kafka-settings.ts';

type OAuthSasl = Extract<KafkaSasl, { readonly mechanism: 'oauthbearer' }>;

const TIMEOUT_MS = 10_000;

/** A bearer token by OAuth's client credentials grant (RFC 6749, 4.4). @throws {SourceError} */
export async function fetchOAuthToken(sasl: OAuthSasl): Promise<{ value: string }> {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (sasl.scope !== undefined) form.set('scope', sasl.scope);
  const credentials = `${encodeURIComponent(sasl.clientId)}:${encodeURIComponent(sasl.clientSecret)}`;
  const response = await fetch(sasl.tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    body: form,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer: unknown = response.ok ? await response.json() : undefined;
  if (!isTokenAnswer(answer)) {
    throw new SourceError('SOURCE_MISCONFIGURED', 'the OAuth token endpoint gave no token', {
      kind: 'transient',
      details: { status: response.status },
    });
  }
  return { value: answer.access_token };
}

function isTokenAnswer(answer: unknown): answer is { readonly access_token: string } {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'access_token' in answer &&
    typeof answer.access_token === 'string'
  );
}
