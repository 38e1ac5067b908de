// A model may be silent for as long as it likes (DECISIONS 34): undici's own five minutes are off, and what is off is off
// in undici too.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { expect, test } from 'vitest';
import { PATIENT } from '../../src/proxy/upstream-pool.ts';

test('no time-out is set before the headers or between bytes', () => {
  expect(PATIENT).toMatchObject({ headersTimeout: 0, bodyTimeout: 0 });
});

test.each([
  [
    'one of a tenth of a second ends a silent reply',
    { headersTimeout: 100 },
    'HeadersTimeoutError',
  ],
  ['none lets it come', PATIENT, 200],
])('undici’s time-outs: %s', async (_, options, wanted) => {
  const server = createServer((_request, response) => void setTimeout(() => response.end(), 2500));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const pool = new Pool(`http://127.0.0.1:${String(port)}`, options);
  const asked = pool.request({ method: 'GET', path: '/' });
  const came = asked.then(
    (reply) => reply.statusCode,
    (failure: unknown) => (failure instanceof Error ? failure.name : failure),
  );
  expect(await came).toBe(wanted);
  await pool.destroy();
  server.closeAllConnections();
  server.close();
});
