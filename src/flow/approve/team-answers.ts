// Rows of the store that ask for an approval, or answer it: believed where a gateway has signed them, named where not.
import { parseJson, stringAt } from '../../model/json.ts';
import type { Asked, AskedStore } from '../../store/asked-store.ts';
import type { Store } from '../../store/store.ts';
import { openAsked, type OpenedAsked } from './asked-approval.ts';
import { sha256Hex } from '../../model/sha256.ts';

export type TeamStore = AskedStore & Pick<Store, 'addEvent' | 'readLog'>;

/** @returns null for what no gateway has signed as the request of that row. */
export function openRow(row: Asked, vkey: string): OpenedAsked | null {
  const opened = openAsked(row, vkey);
  return opened?.approval.request.id === row.id ? opened : null;
}

/** The log says so: whoever writes the database can forget there that it was used, and here they would have to cut the log. */
export async function isFirstUse(store: TeamStore, id: string): Promise<boolean> {
  const atMs = Date.now();
  const event = { id: nameOf('used', id), kind: 'used', atMs, detail: { approval: id } } as const;
  const { logIndex } = await store.addEvent(event);
  // an event of that name that was there already has its own time
  const [leaf] = await store.readLog(logIndex, 1);
  const at = stringAt(parseJson(Buffer.from(leaf?.data ?? []).toString('utf8')), 'at');
  return at === new Date(atMs).toISOString();
}

interface Told {
  readonly store: Pick<Store, 'addEvent'>;
  readonly warn: (line: string) => void;
}

/** One record, however many instances see it, and however often. */
export async function tellForged(
  { store, warn }: Told,
  { id: named }: Pick<Asked, 'id'>,
  why: string,
): Promise<void> {
  const id = named.replaceAll(/[^\da-z]+/g, '').slice(0, 20);
  warn(`alarm: approval ${id}: the store has ${why}`);
  const detail = { approval: id, why };
  await store.addEvent({
    id: nameOf(`forged ${why}`, id),
    kind: 'forged',
    atMs: Date.now(),
    detail,
  });
}

/** As others' events are named: once, by what it is about. */
const nameOf = (what: string, id: string): string => `v${sha256Hex(`${what}\n${id}`).slice(0, 24)}`;
