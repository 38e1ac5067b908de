// Which recorded exchanges a value passed through: what masking found, by its keyed digest, and what was said in words.
import type { Turn } from '../../model/conversation.ts';
import type { Held, RecordedSight } from '../../model/incident.ts';
import { stringsIn } from '../../model/json.ts';
import type { MaskRecord } from '../../model/secret.ts';
import type { SearchFilter, SearchTerm } from '../../model/search.ts';
import { wordsOf } from '../../model/search-words.ts';
import type { Exchange, Session } from '../../model/session.ts';
import type { Store } from '../../store/store.ts';
import { readTurn } from '../show/read-turn.ts';

export interface Wanted {
  /** The value, and what in it is a secret by itself; empty where only a placeholder is known. */
  readonly values: readonly string[];
  /** Ends of placeholders: what the value alone decides. */
  readonly digests: readonly string[];
}

export interface RecordedFound {
  /** Oldest first. */
  readonly sights: readonly RecordedSight[];
  readonly placeholders: readonly string[];
}

const ALL = Number.MAX_SAFE_INTEGER;

/** @throws Fault STORE_UNREADABLE. */
export async function searchRecordings(store: Store, wanted: Wanted): Promise<RecordedFound> {
  const found = new Map<string, Exchange>();
  const filters = wanted.digests.map((digest): SearchFilter => ({
    key: 'masked',
    value: `AITRAIL_*_${digest}`,
    isNot: false,
  }));
  for (const exchange of await search(store, [], filters)) found.set(exchange.id, exchange);
  const texts = [...wanted.values, ...wanted.digests];
  for (const words of texts.map((text) => wordsOf(text).map(({ word }) => word)))
    if (words.length > 0)
      for (const exchange of await search(store, [{ words, isPrefix: true, isNot: false }], []))
        found.set(exchange.id, exchange);
  const sessions = new Map<string, Session | null>();
  const sights: RecordedSight[] = [];
  for (const exchange of [...found.values()].toSorted((a, b) => a.startedAtMs - b.startedAtMs)) {
    const known = sessions.get(exchange.session);
    const session = known === undefined ? await store.findSession(exchange.session) : known;
    sessions.set(exchange.session, session);
    const turn = await readTurn(store, exchange, new Set());
    const sight = session === null ? null : sightOf(turn, session, wanted);
    if (sight !== null) sights.push(sight);
  }
  const names = [...found.values()].flatMap(({ masks }) =>
    masks.map(({ placeholder }) => placeholder),
  );
  const own = names.filter((name) => wanted.digests.some((digest) => name.endsWith(`_${digest}`)));
  return { sights, placeholders: [...new Set(own)] };
}

const search = (
  store: Store,
  terms: readonly SearchTerm[],
  filters: readonly SearchFilter[],
): Promise<readonly Exchange[]> =>
  terms.length + filters.length === 0
    ? Promise.resolve([])
    : store.searchExchanges({ terms, filters, sinceMs: null, untilMs: null }, ALL);

/** null where words stand there and not the value: another one that begins with it, or has other signs between. */
function sightOf(turn: Turn, session: Session, wanted: Wanted): RecordedSight | null {
  const { exchange } = turn;
  const masks = exchange.masks.filter(({ placeholder }) =>
    wanted.digests.some((digest) => placeholder.endsWith(`_${digest}`)),
  );
  const place = placeOf(turn, wanted);
  if (place === null && masks.length === 0) return null;
  const held = place?.held ?? 'placeholder';
  return {
    exchange: exchange.id,
    session: session.id,
    atMs: exchange.startedAtMs,
    agent: session.agent,
    model: exchange.model,
    user: `${session.principal.name} <${session.principal.email}>`,
    connection: exchange.connection,
    worktree: session.place.worktree,
    how:
      place?.how ?? (masks.some(({ direction }) => direction === 'toAgent') ? 'answered' : 'sent'),
    tool: place?.tool ?? null,
    held,
    isForwarded: isForwarded(masks, held),
    rules: [...new Set(masks.map(({ rule }) => rule))],
    files: filesOf(turn, wanted),
  };
}

/** What no rule found went on as it was. */
function isForwarded(masks: readonly MaskRecord[], held: Held): boolean | null {
  if (masks.length === 0) return held === 'value' ? true : null;
  return held === 'value' || masks.some((mask) => mask.isForwarded);
}

type Place = Pick<RecordedSight, 'how' | 'tool' | 'held'>;

function placeOf({ asked, replied }: Turn, wanted: Wanted): Place | null {
  for (const part of asked) {
    const held = heldIn(part.text, wanted);
    if (held !== null)
      return part.kind === 'prompt'
        ? { how: 'typed', tool: null, held }
        : { how: 'read', tool: part.tool, held };
  }
  for (const part of replied) {
    const text = part.kind === 'call' ? stringsIn(part.input).join('\n') : part.text;
    const held = heldIn(text, wanted);
    if (held !== null)
      return { how: 'written', tool: part.kind === 'call' ? part.tool : null, held };
  }
  return null;
}

function heldIn(text: string, { values, digests }: Wanted): Held | null {
  if (values.some((value) => text.includes(value))) return 'value';
  return digests.some((digest) => text.includes(`_${digest}`)) ? 'placeholder' : null;
}

const filesOf = ({ replied }: Turn, wanted: Wanted): readonly string[] => [
  ...new Set(
    replied
      .flatMap((part) => (part.kind === 'call' ? part.edits : []))
      .flatMap((edit) =>
        'path' in edit && edit.path !== null && heldIn(JSON.stringify(edit), wanted) !== null
          ? [edit.path]
          : [],
      ),
  ),
];
