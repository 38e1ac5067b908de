// What a policy file would have done to what was recorded: every prompt, call, text and request is judged again.
import { newestTexts } from '../../agents/last-user-turn.ts';
import { readPolicyFile } from './load-policy.ts';
import type { Caller } from '../../model/caller.ts';
import { parseJson } from '../../model/json.ts';
import type { Exchange, Session } from '../../model/session.ts';
import type { Block } from '../../model/wire.ts';
import type { Store } from '../../store/store.ts';
import type { WireFormat } from '../../wire/format.ts';
import { pickFormat } from '../../wire/formats.ts';
import { openSseFramer } from '../../wire/sse.ts';
import { type Met, openMeeting } from './policy-meet.ts';
import { readStore } from '../show/read-store.ts';
import { openPathResolver } from '../record/resolve-path.ts';

export interface ReplayedHit extends Met {
  readonly exchange: string;
  readonly session: string;
  readonly agent: string | null;
  readonly atMs: number;
}

export interface PolicyReplay {
  readonly file: string;
  readonly sessions: number;
  /** Looked at. */
  readonly exchanges: number;
  /** In order of time. */
  readonly hits: readonly ReplayedHit[];
}

const SESSIONS_MAX = 1_000_000;

/**
 * @param file relative to the caller's directory, or absolute: as an organisation's file, so that every key may stand in it.
 * @throws Fault CONFIG_INVALID, CONFIG_UNREADABLE, NO_SUCH_FILE, STORE_UNREADABLE.
 */
export async function replayPolicy(
  caller: Caller,
  file: string,
  filter: { readonly sinceMs?: number; readonly untilMs?: number },
): Promise<PolicyReplay> {
  const policy = await readPolicyFile(caller, file);
  const paths = openPathResolver(caller);
  return readStore(caller, async (store) => {
    const sessions = await store.listSessions({ ...filter, limit: SESSIONS_MAX });
    const hits: ReplayedHit[] = [];
    let exchanges = 0;
    for (const session of sessions) {
      const { repository, worktree } = session.place;
      const standing = { directory: worktree, worktree };
      const meeting = openMeeting({ policy, agent: session.agent, standing, repository, paths });
      for (const exchange of await store.listExchanges(session.id)) {
        if (!isWithin(exchange, filter)) continue;
        exchanges += 1;
        const met = await meetExchange(store, exchange, meeting);
        hits.push(...met.map((one) => ({ ...one, ...factsOf(exchange, session) })));
      }
    }
    const inTime = hits.toSorted((one, other) => one.atMs - other.atMs);
    return { file, sessions: sessions.length, exchanges, hits: inTime };
  });
}

const isWithin = (
  { startedAtMs }: Exchange,
  { sinceMs = 0, untilMs = Infinity }: { readonly sinceMs?: number; readonly untilMs?: number },
): boolean => startedAtMs >= sinceMs && startedAtMs <= untilMs;

const factsOf = (exchange: Exchange, session: Session) => ({
  exchange: exchange.id,
  session: session.id,
  agent: session.agent,
  atMs: exchange.startedAtMs,
});

async function meetExchange(
  store: Store,
  exchange: Exchange,
  meeting: ReturnType<typeof openMeeting>,
): Promise<readonly Met[]> {
  const request = Buffer.from(await store.readRequest(exchange.id)).toString('utf8');
  if (exchange.protocol === 'http') return meeting.request(exchange.method, exchange.url, request);
  const format = pickFormat(exchange.protocol, exchange.method, exchange.url);
  if (format === null) return [];
  const json = parseJson(request);
  const messages = json === undefined ? [] : format.parseRequest(json, exchange.url).messages;
  const met: Met[] = [...meeting.text('prompt', newestTexts(messages).join('\n\n'))];
  for (const block of readBlocks(format, await store.readReply(exchange.id)))
    if (block.kind === 'tool-call') met.push(...(await meeting.call(block.call)));
    else if (block.kind === 'text') met.push(...meeting.text('text', block.text));
  return met;
}

function readBlocks(format: WireFormat, reply: Uint8Array): readonly Block[] {
  if (reply.length === 0) return [];
  const json = parseJson(Buffer.from(reply).toString('utf8'));
  if (json !== undefined) return format.parseReply(json).blocks;
  const reader = format.openReplyReader();
  for (const frame of openSseFramer().push(reply))
    if (frame.hasData) reader.push(parseJson(frame.data) ?? frame.data, frame.event);
  return reader.finish(false).blocks;
}
