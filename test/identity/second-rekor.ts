// A Rekor of version 2: what it answers to a hash and its signature. Its tree has two leaves, the newest entry and a
// neighbour that nobody knows, so that a proof is more than the root.
import type { HandlerFn } from '@sigstore/mock';
import { createHash, randomBytes, sign, type KeyObject } from 'node:crypto';
import { canonicalJson } from '../../src/model/canonical-json.ts';
import { objectAt, parseJson, stringAt } from '../../src/model/json.ts';

const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();

export function secondRekor(
  url: string,
  { publicKey, privateKey }: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
): { readonly path: string; readonly fn: HandlerFn } {
  const keyId = sha256(publicKey.export({ format: 'der', type: 'spki' }));
  const { host } = new URL(url);
  const fn: HandlerFn = (body) => {
    const asked = objectAt(parseJson(body), 'hashedRekordRequestV002');
    const data = { algorithm: 'SHA2_256', digest: stringAt(asked, 'digest') ?? '' };
    const entry = canonicalJson({
      apiVersion: '0.0.2',
      kind: 'hashedrekord',
      spec: { hashedRekordV002: { data, signature: objectAt(asked, 'signature') } },
    });
    const neighbour = randomBytes(32);
    const leaf = sha256(Uint8Array.of(0), Buffer.from(entry));
    const root = sha256(Uint8Array.of(1), neighbour, leaf).toString('base64');
    const note = `${host}\n2\n${root}\n`;
    const signature = Buffer.concat([
      keyId.subarray(0, 4),
      sign('sha256', Buffer.from(note), privateKey),
    ]);
    const response = JSON.stringify({
      logIndex: '1',
      logId: { keyId: keyId.toString('base64') },
      kindVersion: { kind: 'hashedrekord', version: '0.0.2' },
      inclusionProof: {
        logIndex: '1',
        rootHash: root,
        treeSize: '2',
        hashes: [neighbour.toString('base64')],
        checkpoint: { envelope: `${note}\n\u2014 ${host} ${signature.toString('base64')}\n` },
      },
      canonicalizedBody: Buffer.from(entry).toString('base64'),
    });
    return Promise.resolve({ statusCode: 201, response, contentType: 'application/json' });
  };
  return { path: '/api/v2/log/entries', fn };
}
