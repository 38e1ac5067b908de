// Exchanges with pieces that are large enough for an object store, where 20 bytes are large.
import type { LocalStore } from '../../../src/store/upkeep-store.ts';
import { draft, ending, newSession, sha256 } from '../store-kit.ts';

/** Nothing that packs well. */
export const [LARGE = '', REPLY = ''] = ['request', 'reply'].map((name) => sha256(name).repeat(2));
export const NOW = Date.UTC(2026, 4, 7);

export const record = async (
  store: LocalStore,
  startedAtMs = NOW,
  text = LARGE,
): Promise<string> => {
  const session = await newSession(store, { atMs: startedAtMs });
  const begun = draft(session, { slices: [Buffer.from(text)], startedAtMs });
  await store.beginExchange(begun);
  await store.appendReply(begun.id, Buffer.from(REPLY));
  await store.endExchange(ending(begun.id, { endedAtMs: startedAtMs + 1 }));
  return begun.id;
};
export const read = async (store: LocalStore, id: string): Promise<readonly string[]> =>
  [await store.readRequest(id), await store.readReply(id)].map(String);
export const damage = async (store: LocalStore): Promise<readonly unknown[]> =>
  (await store.checkRecords(0, 100)).map((check) => check.damage).filter((why) => why !== null);
