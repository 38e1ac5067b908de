import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LOCAL_IDENTITY } from '../../../src/model/context.ts';
import { openGrantBook } from '../../../src/flow/session/grant-book.ts';
import type { Store } from '../../../src/store/store.ts';
import { newHome, openHere } from '../../store/store-kit.ts';

const CALLER = {
  principal: { name: 'Ada', email: 'ada@example.com' },
  identity: LOCAL_IDENTITY,
  digest: 'd1',
};

test('a token that two instances see for the first time at once gets one grant, and is not over', async () => {
  const home = newHome();
  const store = await openHere(home);
  const first = openGrantBook(store, true);
  let asked = 0;
  const late: Store = {
    ...store,
    // the other instance is there between our look and what follows
    findGrant: async (name) => {
      const found = await store.findGrant(name);
      asked += 1;
      if (asked === 1) await first.bare.open(CALLER);
      return found;
    },
  };
  const [own, other] = [
    await openGrantBook(late, true).bare.open(CALLER),
    await first.bare.open(CALLER),
  ];
  expect(own).not.toBeNull();
  expect(own?.id).toBe(other?.id);
  await first.bare.end(CALLER);
  expect(await openGrantBook(store, true).bare.open(CALLER)).toBeNull();
  await store.close();
  rmSync(home, { recursive: true });
});
