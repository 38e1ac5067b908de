// Which recorded exchanges a value passed through: what masking found, by its keyed digest, and every byte that is kept.
import type { Turn } from '../../model/conversation.ts';
import type { Held, RecordedSight } from '../../model/incident.ts';
import { parseJson, stringsIn } from '../../model/json.ts';
import type { MaskRecord } from '../../model/secret.ts';
import type { SearchFilter } from '../../model/search.ts';
import type { Exchange, Session } from '../../model/session.ts';
import type { ContentHolder } from '../../store/content-store.ts';
import { openFormFinder } from '../../store/find-forms.ts';
import type { Store } from '../../store/store.ts';
import { readTurn } from '../show/read-turn.ts';
import { isInChannel } from './find-in-channels.ts';
import { heldBy, heldIn, type Needle } from './needles.ts';
import { scanRecordings, type ScanWork } from './scan-recordings.ts';

export interface Wanted {
  readonly needles: readonly Needle[];
  /** Ends of placeholders: what the value alone decides. */
  readonly digests: readonly string[];
}

export interface RecordedFound {
  /** Oldest first. */
  readonly sights: readonly RecordedSight[];
  readonly placeholders: readonly string[];
  readonly bytes: number;
}

const ALL = Number.MAX_SAFE_INTEGER;

/** @throws Fault STORE_UNREADABLE. */
export async function searchRecordings(work: ScanWork, wanted: Wanted): Promise<RecordedFound> {
  const { store } = work;
  const texts = wanted.needles.map(({ text }) => text);
  const scanned = await scanRecordings(work, texts, () => findMasked(store, wanted));
  const { holders, bytes, asked: masked } = scanned;
  const byExchange = new Map<string, ContentHolder[]>(masked.map(({ id }) => [id, []]));
  for (const holder of holders)
    byExchange.set(holder.exchange, [...(byExchange.get(holder.exchange) ?? []), holder]);
  const known = new Map(masked.map((exchange) => [exchange.id, exchange]));
  const sessions = new Map<string, Session | null>();
  const found: (readonly [Exchange, RecordedSight])[] = [];
  for (const [id, own] of byExchange) {
    const exchange = known.get(id) ?? (await store.findExchange(id));
    if (exchange === null) continue; // pruned meanwhile
    const session = sessions.get(exchange.session) ?? (await store.findSession(exchange.session));
    sessions.set(exchange.session, session);
    const sight = await sightOf(store, { exchange, session, holders: own }, wanted);
    if (sight !== null) found.push([exchange, sight]);
  }
  const names = found.flatMap(([{ masks }]) => masks.map(({ placeholder }) => placeholder));
  return {
    sights: found.map(([, sight]) => sight).toSorted((a, b) => a.atMs - b.atMs),
    placeholders: [...new Set(names.filter((name) => isOwn(name, wanted)))],
    bytes,
  };
}

const isOwn = (placeholder: string, { digests }: Wanted): boolean =>
  digests.some((digest) => placeholder.endsWith(`_${digest}`));

function findMasked(store: Store, { digests }: Wanted): Promise<readonly Exchange[]> {
  const filters = digests.map((digest): SearchFilter => ({
    key: 'masked',
    value: `AITRAIL_*_${digest}`,
    isNot: false,
  }));
  return filters.length === 0
    ? Promise.resolve([])
    : store.searchExchanges({ terms: [], filters, sinceMs: null, untilMs: null }, ALL);
}

interface Sighting {
  readonly exchange: Exchange;
  readonly session: Session | null;
  /** Where in it; none where masking alone knows. */
  readonly holders: readonly ContentHolder[];
}

/** null where pieces of it stand there, and never together. */
async function sightOf(
  store: Store,
  { exchange, session, holders }: Sighting,
  wanted: Wanted,
): Promise<RecordedSight | null> {
  if (session === null) return null;
  const masks = exchange.masks.filter(({ placeholder }) => isOwn(placeholder, wanted));
  const isRepeating = holders.length > 0 && holders.every(isRepeated) && masks.every(isOfRequest);
  if (isRepeating) return seen({ exchange, session, masks, holders }, wanted, { how: 'again' });
  const turn = await readTurn(store, exchange, new Set());
  const place = placeOf(turn, wanted.needles);
  const places = place === null ? await confirm(store, { exchange, holders }, wanted) : holders;
  if (place === null && places.length + masks.length === 0) return null;
  const at = place ?? { how: elsewhere(places, masks) };
  const sight = seen({ exchange, session, masks, holders: places }, wanted, at);
  return { ...sight, files: filesOf(turn, wanted.needles) };
}

interface Confirmed {
  readonly exchange: Exchange;
  readonly session: Session;
  readonly masks: readonly MaskRecord[];
  readonly holders: readonly ContentHolder[];
}

function seen(
  { exchange, session, masks, holders }: Confirmed,
  { needles }: Wanted,
  place: Partial<Place> & Pick<Place, 'how'>,
): RecordedSight {
  const forms = holders.flatMap((holder) => holder.forms);
  const held = place.held === 'value' ? 'value' : heldBy(needles, forms);
  return {
    ...whoOf(exchange, session),
    how: place.how,
    tool: place.tool ?? null,
    held,
    isForwarded: isForwarded(masks, held),
    rules: [...new Set(masks.map(({ rule }) => rule))],
    files: [],
  };
}

type Who = 'exchange' | 'session' | 'atMs' | 'agent' | 'model' | 'user' | 'connection' | 'worktree';

const whoOf = (exchange: Exchange, session: Session): Pick<RecordedSight, Who> => ({
  exchange: exchange.id,
  session: session.id,
  atMs: exchange.startedAtMs,
  agent: session.agent,
  model: exchange.model,
  user: `${session.principal.name} <${session.principal.email}>`,
  connection: exchange.connection,
  worktree: session.place.worktree,
});

/** The last words of a person go with each request that follows from them. */
const isRepeated = ({ place, isAgain }: ContentHolder): boolean => isAgain || place === 'context';

const isOfRequest = ({ direction }: MaskRecord): boolean => direction !== 'toAgent';

/** The search takes pieces of several events for the value: the stream as it is read says whether it is. */
async function confirm(
  store: Store,
  { exchange, holders }: Pick<Sighting, 'exchange' | 'holders'>,
  { needles }: Wanted,
): Promise<readonly ContentHolder[]> {
  if (exchange.wire === null || holders.every(({ place }) => place !== 'reply')) return holders;
  const reply = await store.readReply(exchange.id);
  const isWhole = parseJson(Buffer.from(reply).toString('utf8')) !== undefined;
  const texts = needles.map(({ text }) => text);
  const isThere = openFormFinder(texts)([reply], false).length > 0 || isInChannel(reply, needles);
  return isWhole || isThere ? holders : holders.filter(({ place }) => place !== 'reply');
}

function elsewhere(
  holders: readonly ContentHolder[],
  masks: readonly MaskRecord[],
): RecordedSight['how'] {
  const places = new Set(holders.map(({ place }) => place));
  if (places.has('request') || places.has('context')) return 'sent';
  if (places.has('headers')) return 'headers';
  if (places.has('url')) return 'url';
  return places.has('reply') || !masks.every(isOfRequest) ? 'answered' : 'sent';
}

/** What no rule found went on as it was. */
function isForwarded(masks: readonly MaskRecord[], held: Held): boolean | null {
  if (masks.length === 0) return held === 'value' ? true : null;
  return held === 'value' || masks.some((mask) => mask.isForwarded);
}

type Place = Pick<RecordedSight, 'how' | 'tool' | 'held'>;

function placeOf({ asked, replied }: Turn, needles: readonly Needle[]): Place | null {
  for (const part of asked) {
    const held = heldIn(part.text, needles);
    if (held !== null)
      return part.kind === 'prompt'
        ? { how: 'typed', tool: null, held }
        : { how: 'read', tool: part.tool, held };
  }
  for (const part of replied) {
    const text = part.kind === 'call' ? stringsIn(part.input).join('\n') : part.text;
    const held = heldIn(text, needles);
    if (held !== null)
      return { how: 'written', tool: part.kind === 'call' ? part.tool : null, held };
  }
  return null;
}

const filesOf = ({ replied }: Turn, needles: readonly Needle[]): readonly string[] => [
  ...new Set(
    replied
      .flatMap((part) => (part.kind === 'call' ? part.edits : []))
      .flatMap((edit) =>
        'path' in edit && edit.path !== null && heldIn(JSON.stringify(edit), needles) !== null
          ? [edit.path]
          : [],
      ),
  ),
];
