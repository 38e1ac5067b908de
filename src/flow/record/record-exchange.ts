// The proxy's door: who may come in, and what becomes of one exchange. A request is recorded before it is forwarded, a
// reply before its last event is given out.
import { connectionFor, mayUse, policyFor } from '../../guard/for-caller.ts';
import { hasRole } from '../../guard/roles.ts';
import { isInScope } from '../../guard/scope.ts';
import type { TokenReader } from '../../identity/read-token.ts';
import { Fault, isFault } from '../../model/fault.ts';
import type { Connection, Policy } from '../../model/policy.ts';
import type { Grant } from '../../model/session.ts';
import type { Roles } from '../../model/team.ts';
import type { Door, Knock, Refusal, Tunnel, TunnelKnock, Visit } from '../../proxy/door.ts';
import { authenticate, findGrant } from '../session/authenticate.ts';
import type { AuthorityBook } from './authority-book.ts';
import { isConfigured, pickConnection, type Upstream } from './pick-connection.ts';
import type { Store } from '../../store/store.ts';
import { newExchangeId } from '../../store/ids.ts';
import type { Meters } from '../../telemetry/meters.ts';
import type { WireFormat } from '../../wire/format.ts';
import { errorFormat, pickFormat } from '../../wire/formats.ts';
import type { DenialBook } from './denial-book.ts';
import type { Explainer } from '../mask/explain-placeholder.ts';
import type { GapBook } from './gap-book.ts';
import type { GrantBook } from '../session/grant-book.ts';
import type { HopBook } from './hop-book.ts';
import type { KnownBook } from '../mask/known-book.ts';
import type { Maskers } from '../mask/maskers.ts';
import type { Notifier } from '../approve/notify.ts';
import type { PolicyBook } from '../policy/policy-book.ts';
import { withoutKey } from './put-credential.ts';
import type { CredentialReader } from './read-credential.ts';
import { openVisit } from './open-visit.ts';
import { refusalOf, turnAway } from './refusal-of.ts';
import { openTunnelRecord } from './record-tunnel.ts';
import type { PlaceBook } from '../session/place-book.ts';
import type { PathResolver } from './resolve-path.ts';
import type { SessionBook } from '../session/session-book.ts';
import type { MirrorBook } from '../gate/mirror-book.ts';
import type { ApprovalBook } from '../approve/approval-book.ts';
import type { RuleBook } from '../judge/rule-book.ts';
import type { VeilBook } from '../mask/veil-book.ts';
import type { WorktreeWatch } from '../observe/worktree-watch.ts';
import type { WrittenBook } from '../mask/written-book.ts';

/** What every exchange works with. */
export interface Recorder {
  readonly store: Store;
  /** The store's: of fingerprints and placeholders. */
  readonly key: Uint8Array;
  readonly roles: Roles;
  readonly grants: GrantBook;
  readonly hops: HopBook;
  readonly policies: PolicyBook;
  readonly maskers: Maskers;
  readonly rules: RuleBook;
  readonly approvals: ApprovalBook;
  readonly known: KnownBook;
  readonly written: WrittenBook;
  readonly veils: VeilBook;
  readonly explainer: Explainer;
  readonly paths: PathResolver;
  readonly places: PlaceBook;
  readonly sessions: SessionBook;
  readonly watch: WorktreeWatch;
  readonly authority: AuthorityBook;
  readonly credentials: CredentialReader;
  readonly identities: TokenReader;
  readonly denials: DenialBook;
  readonly notifier: Notifier;
  readonly meters: Meters;
  readonly gaps: GapBook;
  readonly mirrors: MirrorBook;
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
  /** Where it is forwarded to. */
  readonly upstream: Upstream;
  /** In place of the client's own; null: that one passes. */
  readonly credential: string | null;
  /** null where bodies are kept and not understood. */
  readonly format: WireFormat | null;
  readonly startedAtMs: number;
}

export const openDoor = (recorder: Recorder): Door => ({
  admit: (knock) => admit(recorder, knock),
  admitTunnel: (knock) => admitTunnel(recorder, knock),
  turnedAway: (refusal) => recorder.denials.note(refusal),
});

async function admit(recorder: Recorder, asked: Knock): Promise<Visit | Refusal> {
  try {
    const { grant, isOurs, ...seen } = await authenticate(recorder, asked);
    const { identity } = grant;
    refuseStranger(recorder, grant, seen.policy);
    const policy = policyFor(seen.policy, identity);
    const { knock, upstream, ...picked } = pickConnection(policy, seen.knock);
    if (!mayUse(picked.connection, identity)) throw notAllowed(picked.connection);
    const found = connectionFor(picked.connection, policy.pipelines, identity);
    const connection = within(policy, grant, found);
    const credential = await recorder.credentials(connection);
    if (credential !== null) recorder.maskers.learn(credential);
    if (credential === null && isOurs) throw withoutCredential(connection);
    const format = pickFormat(connection.protocol, knock.method, knock.path);
    const id = newExchangeId();
    return openVisit(recorder, {
      id,
      upstream: credential === null ? upstream : { ...upstream, path: withoutKey(upstream.path) },
      credential,
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
    const refusal = turnAway(thrown, asked);
    recorder.denials.note(refusal, thrown.message);
    return refusal;
  }
}

/** @throws Fault ROLE_NEEDED. */
function refuseStranger({ roles }: Recorder, grant: Grant, { groups }: Policy): void {
  if (hasRole(roles, 'caller', { ...grant, groups })) return;
  throw new Fault('ROLE_NEEDED', 'connections of this gateway are for its callers');
}

/** Outside of `scope` nothing is kept. */
const within = ({ scope }: Policy, { place }: Grant, connection: Connection): Connection =>
  isInScope(scope, place.remote) ? connection : { ...connection, isRecorded: false };

const notAllowed = ({ name, groups = [] }: Connection): Fault =>
  new Fault('GROUP_NOT_ALLOWED', `${name} is for verified members of ${groups.join(', ')}`);

/** What names the caller goes no further: a provider has no use for it, and others could use it here. */
const withoutCredential = ({ name }: Connection): Fault =>
  new Fault('CREDENTIAL_MISSING', `${name} has no credential to go on with`, {
    fix: `set credential: on the connection; identity tokens are not sent to providers`,
  });

async function admitTunnel(recorder: Recorder, knock: TunnelKnock): Promise<Tunnel | Refusal> {
  try {
    const grant = await findGrant(recorder, knock.token);
    if (grant === null)
      throw new Fault('TOKEN_UNKNOWN', 'the proxy’s password is no session token');
    const policy = await recorder.policies.of(grant.place.worktree);
    refuseStranger(recorder, grant, policy);
    if (isConfigured(policy, knock))
      return { kind: 'known', context: () => recorder.authority.contextFor(knock.host) };
    return openTunnelRecord(recorder, { grant, policy, knock }, (fault) =>
      refusalOf(fault, errorFormat('http')),
    );
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    const refusal = refusalOf(thrown, errorFormat('http'), 407);
    recorder.denials.note(refusal, thrown.message);
    return refusal;
  }
}
