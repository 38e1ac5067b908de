// The gate before a git server: a push is taken in whole, onto the disk, unpacked where nobody else sees it, judged ref by
// ref, and goes on with what is left of it.
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  openQuarantine,
  packOf,
  type Quarantine,
  removeQuarantine,
  takePack,
} from '../../git/mirror.ts';
import { Fault, isFault } from '../../model/fault.ts';
import type { Knock } from '../../proxy/door.ts';
import { valueOf } from '../../proxy/headers.ts';
import type { Incoming } from '../../proxy/read-body.ts';
import {
  formatPushHead,
  formatReport,
  hasReport,
  isNone,
  type PushHead,
  readPushHead,
  type RefusedRef,
} from '../../wire/git-push.ts';
import type { Admitted } from '../record/record-exchange.ts';
import type { Mirror } from './mirror-book.ts';
import { judgePush } from './judge-push.ts';

/** One push on its way. */
export interface Gate {
  /** Takes all of it. @throws Error where the client goes before its end. */
  take(body: AsyncIterator<Buffer>): Promise<Incoming>;
  /** Once, when the push is recorded. @returns our own answer; null: some of it goes on. @throws Fault. */
  judge(): Promise<Buffer | null>;
  head(): PushHead;
  refused(): readonly RefusedRef[];
  close(): Promise<void>;
}

const HEAD_BYTES_MAX = 8 * 1024 * 1024;
/** What a forge takes, too. */
const PUSH_BYTES_MAX = 4 * 1024 * 1024 * 1024;

/** Is it the second request of a push, which carries it? */
export const isPush = ({ method, path }: Knock): boolean =>
  method === 'POST' && /\/git-receive-pack(?:\?|$)/.test(path);

interface Taken {
  readonly file: FileHandle;
  readonly path: string;
  readonly head: PushHead;
  /** Where the pack begins in the file. */
  readonly packAt: number;
  readonly bytes: number;
}

interface State {
  readonly admitted: Admitted;
  readonly mirror: Mirror;
  taken: Taken | null;
  quarantine: Quarantine | null;
  refused: readonly RefusedRef[];
}

export function openGate(admitted: Admitted, mirror: Mirror): Gate {
  const state: State = { admitted, mirror, taken: null, quarantine: null, refused: [] };
  return {
    take: async (body) => {
      const taken = await spool(state, body);
      const bytes = Buffer.from(describe(taken.head));
      return {
        body: { kind: 'whole', bytes },
        forwarded: Readable.from(goOn(state)),
        isOther: true,
      };
    },
    judge: () => mirror.alone(() => judge(state)),
    head: () => takenOf(state).head,
    refused: () => state.refused,
    close: async () => {
      await state.taken?.file.close();
      if (state.quarantine !== null) await removeQuarantine(state.quarantine);
      if (state.taken !== null) await rm(state.taken.path, { force: true });
    },
  };
}

function takenOf({ taken }: State): Taken {
  if (taken === null) throw new Error('the push was not taken');
  return taken;
}

/** What the record keeps of it: no pack. */
const describe = ({ commands, options }: PushHead): string =>
  [
    ...commands.map(({ before, after, ref }) => `${before} ${after} ${ref}\n`),
    ...(options ?? []).map((option) => `option ${option}\n`),
  ].join('');

async function spool(state: State, body: AsyncIterator<Buffer>): Promise<Taken> {
  const { mirror, admitted } = state;
  const encoding = valueOf(admitted.knock.headers, 'content-encoding') ?? 'identity';
  if (encoding !== 'identity')
    throw new Fault('PUSH_UNREADABLE', `a push comes in no content encoding such as ${encoding}`);
  const path = join(await mirror.room(), `push-${admitted.id}`);
  const file = await open(path, 'wx+', 0o600);
  let start = Buffer.alloc(0);
  let [read, bytes] = [readPushHead(start), 0];
  const keep = async (chunk: Buffer): Promise<void> => {
    bytes += chunk.length;
    if (bytes > PUSH_BYTES_MAX) throw new Fault('PUSH_UNREADABLE', 'the push is too large');
    await file.write(chunk);
    if (read !== null) return;
    start = Buffer.concat([start, chunk]);
    read = readPushHead(start);
    if (read === null && start.length > HEAD_BYTES_MAX)
      throw new Fault('PUSH_UNREADABLE', 'the push has no end of its commands');
  };
  try {
    for (let next = await body.next(); next.done !== true; next = await body.next())
      await keep(next.value);
    if (read === null) throw new Fault('PUSH_UNREADABLE', 'the push ends in its commands');
  } catch (thrown) {
    await file.close();
    await rm(path, { force: true });
    if (thrown instanceof Fault) throw thrown;
    const why = thrown instanceof Error ? thrown.message : 'it cannot be read';
    throw new Fault('PUSH_UNREADABLE', why, { cause: thrown });
  }
  state.taken = { file, path, head: read.head, packAt: read.end, bytes };
  return state.taken;
}

async function judge(state: State): Promise<Buffer | null> {
  const { head, packAt, bytes, file } = takenOf(state);
  refuseUnread(head);
  if (head.commands.length === 0) return null;
  const { caller } = state.mirror;
  const format = head.capabilities.includes('object-format=sha256') ? 'sha256' : 'sha1';
  const late = await state.mirror.refresh(format).catch(whyLate);
  if (late !== undefined) return refuseAll(state, late, 'ok');
  state.quarantine = await openQuarantine(caller);
  const broken = bytes === packAt ? null : await takePack(state.quarantine, file, packAt);
  if (broken !== null) return refuseAll(state, 'unpacker error', broken);
  state.refused = await judgePush({
    caller,
    quarantine: state.quarantine,
    connection: state.admitted.connection,
    commands: head.commands,
    pusher: state.admitted.grant.principal.email,
  });
  const left = head.commands.length - state.refused.length;
  if (left === head.commands.length) return null;
  return left === 0 || head.capabilities.includes('atomic')
    ? refuseAll(state, 'atomic push: another ref is refused', 'ok')
    : null;
}

/** @throws Fault PUSH_UNREADABLE. */
function refuseUnread(head: PushHead): void {
  if (head.isSigned) throw new Fault('PUSH_UNREADABLE', 'signed pushes are not taken here');
  if (head.commands.length > 0 && !hasReport(head))
    throw new Fault('PUSH_UNREADABLE', 'the client asks for no report');
}

/** In git's own words: an error of HTTP says nothing to whoever pushes. @throws any other. */
function whyLate(thrown: unknown): string {
  if (!isFault(thrown) || thrown.code !== 'GATE_COPYING') throw thrown;
  return `${thrown.code}: the gate copies this repository, for the first time: push again in a while`;
}

function refuseAll(state: State, others: string, unpack: string): Buffer {
  const { head } = takenOf(state);
  const known = new Map(state.refused.map(({ ref, why }) => [ref, why]));
  state.refused = head.commands.map(({ ref }) => ({ ref, why: known.get(ref) ?? others }));
  return formatReport(head, state.refused, { unpack, said: sayAll(state.refused) });
}

/** For the person: git cuts what stands behind a ref. */
export const sayAll = (refused: readonly RefusedRef[]): string =>
  refused.map(({ ref, why }) => `aitrail: ${ref}: ${why}\n`).join('');

/** What the upstream gets: the push itself, or a pack of what is left of it, so that nothing refused goes along. */
async function* goOn(state: State): AsyncGenerator<Buffer> {
  const { head, file, packAt, bytes } = takenOf(state);
  if (state.refused.length === 0) {
    yield* file.createReadStream({ start: 0, autoClose: false });
    return;
  }
  const refused = new Set(state.refused.map(({ ref }) => ref));
  const left = head.commands.filter(({ ref }) => !refused.has(ref));
  yield formatPushHead(head, left);
  const tips = left.map(({ after }) => after).filter((id) => !isNone(id));
  if (state.quarantine === null || bytes === packAt || tips.length === 0) return;
  yield* await packOf(state.quarantine, tips);
}
