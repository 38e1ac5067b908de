// pre-push: what the outgoing commits add, against the rules in force; then their notes follow them.
import { listOutgoing, parsePushedRefs, type PushedRef, readOutgoing } from '../../git/outgoing.ts';
import type { SecretHit } from '../../guard/finding.ts';
import type { HookReport, Notice } from '../../model/notice.ts';
import type { Policy } from '../../model/policy.ts';
import { checkBranches } from './check-branches.ts';
import { findTouching, judgeTouching, type TouchingCommit } from './check-outgoing-paths.ts';
import { isRefusal } from '../judge/report-judgement.ts';
import { attestPending } from '../attest/attest-hook.ts';
import { openHookScan } from './hook-scan.ts';
import type { HookWork } from './hook-work.ts';
import { pushNotes } from '../attest/push-notes.ts';

export interface PushCall {
  /** `<remote name or URL> <URL>`. */
  readonly words: readonly string[];
  /** `<local ref> <local oid> <remote ref> <remote oid>` by line. */
  readonly stdin: string;
}

/** Pushes of our own refs run this hook too: by their names they are known, never by a variable. */
function isOwnPush(refs: readonly PushedRef[]): boolean {
  return (
    refs.length > 0 &&
    refs.every(
      ({ remoteRef }) =>
        remoteRef.startsWith('refs/notes/') || remoteRef.startsWith('refs/aitrail/'),
    )
  );
}

export async function checkPush(work: HookWork, call: PushCall): Promise<HookReport> {
  const refs = parsePushedRefs(call.stdin);
  const [remote = '', url = remote] = call.words;
  if (isOwnPush(refs)) return { isRefused: false, notices: [] };
  const { secrets, touching } = await scanOutgoing(work, { remote, refs });
  if (secrets.some(isRefusal)) return { isRefused: true, notices: secrets };
  // before files and branches are judged: what waits says who wrote it
  const waiting = await attestPending(work);
  const judged = [...(await judgeTouching(work, touching)), ...(await checkBranches(work, refs))];
  const notices = [...secrets, ...judged];
  const isRefused = notices.some(isRefusal);
  if (isRefused) return { isRefused, notices: [...notices, ...waiting] };
  const failure = await pushNotes(work, { remote, url, refs });
  return {
    isRefused,
    notices: [...notices, ...waiting, ...(failure === null ? [] : [failure])],
  };
}

/** What a push of these refs brings, against the rules in force; where secrets stop it nothing else is looked at. */
export async function judgeOutgoing(
  work: HookWork,
  push: { readonly remote: string; readonly refs: readonly PushedRef[] },
): Promise<readonly Notice[]> {
  const { secrets, touching } = await scanOutgoing(work, push);
  if (secrets.some(isRefusal)) return secrets;
  const branches = await checkBranches(work, push.refs);
  return [...secrets, ...(await judgeTouching(work, touching)), ...branches];
}

interface Outgoing {
  readonly secrets: readonly Notice[];
  readonly touching: readonly TouchingCommit[];
}

/** Reads each outgoing commit once. */
async function scanOutgoing(
  work: HookWork,
  push: { readonly remote: string; readonly refs: readonly PushedRef[] },
): Promise<Outgoing> {
  const { repository, objects, policy } = work;
  const action = policy.secrets.onPush;
  if (action === 'off' && policy.protect.length === 0) return { secrets: [], touching: [] };
  const scan = action === 'off' ? null : await openHookScan(work);
  const secrets: Notice[] = [];
  const touching: TouchingCommit[] = [];
  const outgoing = await listOutgoing(repository, objects, push);
  for await (const patch of readOutgoing(repository, objects, outgoing)) {
    const hits = scan?.find(patch.files, patch.commit) ?? [];
    secrets.push(...hits.map((hit) => secretNotice(policy, hit, patch.commit)));
    const touched = findTouching(policy, patch);
    if (touched !== null) touching.push(touched);
  }
  return { secrets, touching };
}

function secretNotice({ secrets, mode }: Policy, hit: SecretHit, commit: string): Notice {
  const stopped = mode === 'observe' ? 'observed' : 'refused';
  return {
    kind: 'secret',
    effect: secrets.onPush === 'warn' ? 'warned' : stopped,
    path: hit.path,
    line: hit.firstLine,
    column: hit.firstColumn,
    rule: hit.rule,
    isAi: false,
    commit,
    placeholder: null,
    hindrance: null,
  };
}
