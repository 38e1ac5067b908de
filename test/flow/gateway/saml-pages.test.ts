// What anybody may ask a gateway on the way to a login.
import { rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findSamlPages } from '../../../src/flow/gateway/saml-pages.ts';
import { openMaskers } from '../../../src/flow/mask/maskers.ts';
import { openDenialBook } from '../../../src/flow/record/denial-book.ts';
import type { LocalStore } from '../../../src/store/upkeep-store.ts';
import { newHome, openHere } from '../../store/store-kit.ts';
import { policyWith } from '../policy-with.ts';

const home = newHome();
let store: LocalStore;
beforeAll(async () => {
  store = await openHere(home);
});
afterAll(async () => {
  await store.close();
  rmSync(home, { recursive: true });
});

test('a flood of logins is cut off: none of them is a row any more', async () => {
  const policy = policyWith({});
  const pages = findSamlPages({
    recorder: {
      store,
      policies: { of: () => Promise.resolve(policy), reload: () => Promise.resolve(policy) },
      denials: openDenialBook(store, () => undefined),
      maskers: openMaskers({ key: await store.readKey(), env: {}, keep: () => undefined }),
    },
    own: null,
  });
  const ask = async () => {
    const page = await pages({
      method: 'GET',
      url: '/-/saml/login?port=1',
      headers: [],
      host: null,
      origin: null,
      hasBody: false,
      body: () => Readable.from([])[Symbol.asyncIterator](),
    });
    return `${String(page?.status)} ${/\((\w+)\)/.exec(page?.body ?? '')?.[1] ?? ''}`;
  };
  const answers: string[] = [];
  for (let count = 0; count < 1201; count += 1) answers.push(await ask());
  expect(new Set(answers.slice(0, 1200))).toEqual(new Set(['404 LOGIN_FAILED']));
  expect(answers.at(-1)).toBe('429 LOGIN_BUSY');
});
