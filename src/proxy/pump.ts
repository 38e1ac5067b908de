// Moves one reply from the upstream through the recorder to the client. Both ways wait for the slower side, and what
// tells the client that the reply is over goes out only after the record is acknowledged.
import type { Ending, Piece, ReplyTap } from './door.ts';
import { giveSigns } from './give-signs.ts';
import { openHalt } from './halt.ts';
import type { Outlet } from './outlet.ts';

/** After the terminal event the upstream normally closes at once; one that does not keeps nobody waiting longer. */
const TERMINAL_GRACE_MS = 250;

export interface Passage {
  readonly source: AsyncIterable<Uint8Array>;
  readonly tap: ReplyTap;
  readonly outlet: Outlet;
  /** Somebody ends the session: what is under way fails with the signal's reason. */
  readonly stop: AbortSignal;
}

/** How a reply ended: `cut` broke off upstream, `failed` could not be recorded. */
export type Passed =
  | { readonly kind: 'complete' | 'gone' | 'cut' }
  | { readonly kind: 'failed'; readonly thrown: unknown };

type Next =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly isCut: boolean };

/** Resolves when the last byte is on its way to the client, or cannot be. Never throws. */
export async function pumpReply({ source, stop, ...way }: Passage): Promise<Passed> {
  const halt = openHalt(stop, way.tap, way.outlet);
  try {
    const halted = halt.stopped.then((thrown): Passed => ({ kind: 'failed', thrown }));
    return await Promise.race([pump(source, halt), halted]);
  } finally {
    halt.close();
  }
}

async function pump(source: AsyncIterable<Uint8Array>, { tap, outlet }: Way): Promise<Passed> {
  const chunks = openChunks(source);
  try {
    for (;;) {
      const next = await chunks.next();
      if (next.kind === 'end') return await conclude({ tap, outlet }, next.isCut);
      const pieces = await judged({ tap, outlet }, tap.push(next.bytes));
      const first = pieces.findIndex((piece) => piece.isTerminal);
      await pass({ tap, outlet }, first < 0 ? pieces : pieces.slice(0, first));
      if (first >= 0) return await finish({ tap, outlet }, chunks, pieces.slice(first));
    }
  } catch (thrown) {
    return outlet.isGone() ? { kind: 'gone' } : { kind: 'failed', thrown };
  }
}

type Way = Pick<Passage, 'tap' | 'outlet'>;

async function pass({ tap, outlet }: Way, pieces: readonly Piece[]): Promise<void> {
  const kept = tap.keep(join(pieces, 'record'));
  if (kept !== null) await kept;
  const written = outlet.write(join(pieces, 'client'));
  if (written !== null) await written;
}

/** Waits for whoever judges what is held; the reader waits with it. @returns what goes out then. */
async function judged(way: Way, pieces: readonly Piece[]): Promise<readonly Piece[]> {
  let out = pieces;
  for (let held = way.tap.held(); held !== null; held = way.tap.held()) {
    await pass(way, out);
    await giveSigns(Promise.race([held, way.outlet.gone()]), () => {
      const sign = way.tap.idle();
      return sign === null ? null : way.outlet.tell(sign);
    });
    if (way.outlet.isGone()) throw new Error('the client has gone');
    out = way.tap.resume();
  }
  return out;
}

async function conclude(way: Way, isCut: boolean): Promise<Passed> {
  const isGone = way.outlet.isGone();
  const ending = isGone ? 'client-abort' : 'upstream-error';
  const pieces = await judged(way, way.tap.end(isCut));
  await release(way, pieces, isCut ? ending : 'ok');
  if (!isCut) return { kind: 'complete' };
  return { kind: isGone ? 'gone' : 'cut' };
}

/** The end of a reply: recorded first, then sent. */
async function release(
  { tap, outlet }: Way,
  pieces: readonly Piece[],
  ending: Ending,
): Promise<void> {
  await tap.keep(join(pieces, 'record'));
  await tap.settle(ending);
  if (!outlet.isGone()) await outlet.write(join(pieces, 'client'));
}

/** Collects what comes right behind the terminal event, closes the record and lets all of it go. */
async function finish(way: Way, chunks: Chunks, held: readonly Piece[]): Promise<Passed> {
  const pieces = [...held];
  const deadlineMs = Date.now() + TERMINAL_GRACE_MS;
  let next = await chunks.nextBefore(deadlineMs);
  while (next?.kind === 'bytes') {
    pieces.push(...way.tap.push(next.bytes));
    next = await chunks.nextBefore(deadlineMs);
  }
  if (next !== null) pieces.push(...way.tap.end(false));
  await release(way, pieces, 'ok');
  if (next === null) await passRest(way, chunks);
  return { kind: 'complete' };
}

/** What an upstream sends long after the terminal event passes and is not recorded: the record is closed. */
async function passRest({ tap, outlet }: Way, chunks: Chunks): Promise<void> {
  for (;;) {
    const next = await chunks.next();
    const pieces = next.kind === 'end' ? tap.end(next.isCut) : tap.push(next.bytes);
    if (outlet.isGone()) return; // clients hang up once they have seen the end
    await outlet.write(join(pieces, 'client'));
    if (next.kind === 'end') return;
  }
}

interface Chunks {
  next(): Promise<Next>;
  /** @returns null where nothing came before the deadline: the chunk is given by a later call. */
  nextBefore(deadlineMs: number): Promise<Next | null>;
}

function openChunks(source: AsyncIterable<Uint8Array>): Chunks {
  const iterator = source[Symbol.asyncIterator]();
  let pending: Promise<Next> | null = null;
  const start = (): Promise<Next> => (pending ??= step(iterator));
  const next = async (): Promise<Next> => {
    const taken = await start();
    pending = null;
    return taken;
  };
  const nextBefore = async (deadlineMs: number): Promise<Next | null> => {
    let timer: NodeJS.Timeout | undefined;
    const expired = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), Math.max(0, deadlineMs - Date.now()));
    });
    const taken = await Promise.race([start(), expired]);
    clearTimeout(timer);
    if (taken !== null) pending = null;
    return taken;
  };
  return { next, nextBefore };
}

async function step(iterator: AsyncIterator<Uint8Array>): Promise<Next> {
  try {
    const { done, value } = await iterator.next();
    return done === true ? { kind: 'end', isCut: false } : { kind: 'bytes', bytes: value };
  } catch {
    return { kind: 'end', isCut: true };
  }
}

function join(pieces: readonly Piece[], side: 'client' | 'record'): Uint8Array {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only[side];
  return Buffer.concat(pieces.map((piece) => piece[side]));
}
