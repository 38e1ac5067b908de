// The proxy's door: who may come in, and what becomes of one exchange. A request is recorded before it is forwarded, a
// reply before its last event is given out.
import { createHash } from 'node:crypto';
import { Fault, isFault } from '../model/fault.ts';
import type { Connection, Policy } from '../model/policy.ts';
import type { Grant } from '../model/session.ts';
import type { Door, Knock, Refusal, Visit } from '../proxy/door.ts';
import { joinUpstream } from '../proxy/target.ts';
import type { Store } from '../store/store.ts';
import { newExchangeId } from '../store/ids.ts';
import type { WireFormat } from '../wire/format.ts';
import { errorFormat, pickFormat } from '../wire/formats.ts';
import type { GrantBook } from './grant-book.ts';
import type { KnownBook } from './known-book.ts';
import type { Maskers } from './maskers.ts';
import type { PolicyBook } from './policy-book.ts';
import { openReplyRecord } from './record-reply.ts';
import { recordRequest, type RequestFacts } from './record-request.ts';
import type { PathResolver } from './resolve-path.ts';
import type { WorktreeWatch } from './worktree-watch.ts';
import type { WrittenBook } from './written-book.ts';

/** What every exchange works with. */
export interface Recorder {
  readonly store: Store;
  /** The store's: of fingerprints and placeholders. */
  readonly key: Uint8Array;
  readonly grants: GrantBook;
  readonly policies: PolicyBook;
  readonly maskers: Maskers;
  readonly known: KnownBook;
  readonly written: WrittenBook;
  readonly paths: PathResolver;
  readonly watch: WorktreeWatch;
  readonly warn: (line: string) => void;
}

/** One admitted request. */
export interface Admitted {
  readonly id: string;
  readonly knock: Knock;
  readonly grant: Grant;
  readonly policy: Policy;
  /** Values that are secret in this session. */
  readonly known: readonly string[];
  readonly connection: Connection;
  /** null where bodies are kept and not understood. */
  readonly format: WireFormat | null;
  readonly startedAtMs: number;
}

export const openDoor = (recorder: Recorder): Door => ({
  admit: (knock) => admit(recorder, knock),
});

async function admit(recorder: Recorder, knock: Knock): Promise<Visit | Refusal> {
  try {
    const grant = await findGrant(recorder, knock);
    const policy = await recorder.policies.of(grant.place.worktree);
    const connection = policy.connections[knock.connection];
    if (connection === undefined)
      throw new Fault('CONNECTION_UNKNOWN', `there is no connection named ${knock.connection}`);
    const format = pickFormat(connection.protocol, knock.method, knock.path);
    const id = newExchangeId();
    return openVisit(recorder, {
      id,
      knock,
      grant,
      policy,
      known: await recorder.known.of(grant),
      connection,
      format,
      startedAtMs: Date.now(),
    });
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return refusalOf(thrown, guessFormat(knock));
  }
}

async function findGrant({ grants, maskers }: Recorder, knock: Knock): Promise<Grant> {
  const grant = await grants.find(createHash('sha256').update(knock.token).digest('hex'));
  if (grant === null)
    throw new Fault('TOKEN_UNKNOWN', 'the session token in the URL is missing, wrong or over');
  maskers.learn(knock.token);
  return grant;
}

/** The connection is not known yet: its name or the path tells whose clients these are. */
function guessFormat({ connection, method, path }: Knock): WireFormat {
  if (connection === 'openai' || connection === 'gemini') return errorFormat(connection);
  const protocols = ['anthropic-messages', 'openai', 'gemini'] as const;
  const matching = protocols.find((protocol) => pickFormat(protocol, method, path) !== null);
  return errorFormat(matching ?? 'anthropic-messages');
}

const STATUS: Readonly<Record<string, number>> = {
  TOKEN_UNKNOWN: 401,
  CONNECTION_UNKNOWN: 404,
  SECRET_FOUND: 400,
};

/** @returns an answer in the provider's shape; 503 for whatever is not the client's doing. */
function refusalOf(fault: Fault, format: WireFormat): Refusal {
  const message = `${fault.message}; ${fault.fix}`;
  return {
    kind: 'refused',
    status: STATUS[fault.code] ?? 503,
    code: fault.code,
    message,
    format,
  };
}

function openVisit(recorder: Recorder, admitted: Admitted): Visit {
  const { connection, knock } = admitted;
  const format = admitted.format ?? errorFormat(connection.protocol);
  let facts: RequestFacts | null = null;
  const open = (): RequestFacts => {
    if (facts === null) throw new Error('the reply came before the request was recorded');
    return facts;
  };
  return {
    kind: 'admitted',
    format,
    ...joinUpstream(connection.upstream, connection.protocol, knock.path),
    begin: async (body) => {
      const begun = await recordRequest(recorder, admitted, body);
      if (begun.kind === 'refused') return refusalOf(begun.fault, format);
      facts = begun.facts;
      return null;
    },
    openReply: (head) => openReplyRecord({ recorder, admitted, facts: open() }, head),
    fail: async (ending) => {
      const head = { status: 0, headers: [] };
      await openReplyRecord({ recorder, admitted, facts: open() }, head).settle(ending);
    },
  };
}
