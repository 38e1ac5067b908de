// What every exchange works with, put together once for the daemon's life.
import type { WriteLog } from '../../daemon/log-file.ts';
import type { NoteSigner } from '../../log/note.ts';
import type { Caller } from '../../model/caller.ts';
import type { Roles } from '../../model/team.ts';
import type { Store } from '../../store/store.ts';
import type { Maskers } from '../mask/maskers.ts';
import type { Recorder } from './record-exchange.ts';
import { readHopRules } from '../../proxy/hops.ts';
import { openUpstreams } from '../../proxy/upstreams.ts';
import { openApprovalBook } from '../approve/approval-book.ts';
import { openTeamApprovals } from '../approve/team-approvals.ts';
import { openAuthorityBook } from './authority-book.ts';
import { openDenialBook } from './denial-book.ts';
import { openTokenReader, type TokenReader } from '../../identity/read-token.ts';
import { openExplainer } from '../mask/explain-placeholder.ts';
import { openGapBook } from './gap-book.ts';
import { openGrantBook } from '../session/grant-book.ts';
import { openMirrorBook } from '../gate/mirror-book.ts';
import { openHopBook, withoutUs } from './hop-book.ts';
import { openKnownBook } from '../mask/known-book.ts';
import { openCredentials } from './read-credential.ts';
import { openVeilBook } from '../mask/veil-book.ts';
import { openPlaceBook } from '../session/place-book.ts';
import { openPolicyBook } from '../policy/policy-book.ts';
import { meterStore } from '../daemon/meter-store.ts';
import { openNotifier } from '../approve/notify.ts';
import { joinMeters, type Meters } from '../../telemetry/meters.ts';
import { openMeters } from '../daemon/open-meters.ts';
import { openPathResolver } from './resolve-path.ts';
import { openSessionBook } from '../session/session-book.ts';
import { openRuleBook } from '../judge/rule-book.ts';
import { openWorktreeWatch } from '../observe/worktree-watch.ts';
import { openWrittenBook } from '../mask/written-book.ts';

export interface RecorderParts {
  readonly store: Store;
  /** State directory. */
  readonly home: string;
  /** The daemon's own. */
  readonly env: Caller['env'];
  readonly maskers: Maskers;
  readonly log: WriteLog;
  /** As in openUpstreams. */
  readonly trust: readonly string[] | null;
  /** Others write the same store, and share this key. */
  readonly teamKey?: NoteSigner;
  /** Who may do what; absent: whoever has a session token. */
  readonly roles?: Roles;
  /** Default: tokens of the configured providers. */
  readonly identities?: TokenReader;
  /** Count too. */
  readonly counters?: Meters;
}

export async function openRecorder(parts: RecorderParts): Promise<Recorder> {
  const { home, maskers, log, trust, teamKey } = parts;
  const caller: Caller = { cwd: home, env: parts.env };
  const key = await parts.store.readKey();
  const credentials = openCredentials(caller, home);
  const hops = withoutUs(readHopRules(caller.env));
  const outside = { hops, credentials, warn: log };
  const sent = await openMeters(caller, { ...outside, upstreams: openUpstreams(trust) });
  const meters = parts.counters === undefined ? sent : joinMeters(sent, parts.counters);
  const store = meterStore(parts.store, meters);
  const warn: WriteLog = (line) => {
    log(line);
    meters.line(maskers.mask(line));
  };
  const grants = openGrantBook(store, teamKey !== undefined);
  return {
    store,
    meters,
    key,
    roles: parts.roles ?? {},
    maskers,
    rules: openRuleBook(),
    approvals:
      teamKey === undefined
        ? openApprovalBook(caller.env)
        : openTeamApprovals({ store, signer: teamKey, warn }),
    warn,
    grants,
    hops: openHopBook(hops, grants),
    policies: openPolicyBook(caller, warn),
    known: openKnownBook(),
    written: openWrittenBook(),
    veils: openVeilBook(maskers, key),
    explainer: openExplainer(),
    paths: openPathResolver(caller),
    places: openPlaceBook(caller),
    authority: openAuthorityBook(home),
    credentials,
    gaps: openGapBook(store),
    mirrors: openMirrorBook({ env: parts.env, home, log: warn }),
    notifier: openNotifier({ ...outside, upstreams: openUpstreams(trust) }),
    identities: parts.identities ?? openTokenReader(),
    denials: openDenialBook(store, warn),
    sessions: openSessionBook(store),
    watch: openWorktreeWatch({ caller, store, key, warn }),
  };
}
