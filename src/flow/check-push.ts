// pre-push: what the outgoing commits add, against the rules in force; then their notes follow them.
import { listOutgoing, parsePushedRefs, type PushedRef, readOutgoing } from '../git/outgoing.ts';
import type { HookReport, Notice } from '../model/notice.ts';
import { checkBranches } from './check-branches.ts';
import { isRefusal } from './report-judgement.ts';
import { attestPending } from './attest-hook.ts';
import { openHookScan } from './hook-scan.ts';
import type { HookWork } from './hook-work.ts';
import { pushNotes } from './push-notes.ts';

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
  const secrets = await scanOutgoing(work, { remote, refs });
  if (secrets.some(isRefusal)) return { isRefused: true, notices: secrets };
  // before branches are judged: what waits says who wrote it
  const waiting = await attestPending(work);
  const notices = [...secrets, ...(await checkBranches(work, refs))];
  const isRefused = notices.some(isRefusal);
  if (isRefused) return { isRefused, notices: [...notices, ...waiting] };
  const failure = await pushNotes(work, { remote, url, refs });
  return {
    isRefused,
    notices: [...notices, ...waiting, ...(failure === null ? [] : [failure])],
  };
}

async function scanOutgoing(
  work: HookWork,
  push: { readonly remote: string; readonly refs: readonly PushedRef[] },
): Promise<readonly Notice[]> {
  const { repository, objects, policy } = work;
  const action = policy.secrets.onPush;
  if (action === 'off') return [];
  const scan = await openHookScan(work);
  const effect = action === 'warn' ? 'warned' : 'refused';
  const notices: Notice[] = [];
  const outgoing = await listOutgoing(repository, objects, push);
  for await (const { commit, files } of readOutgoing(repository, objects, outgoing)) {
    for (const hit of scan.find(files, commit)) {
      notices.push({
        kind: 'secret',
        effect: policy.mode === 'observe' && effect === 'refused' ? 'observed' : effect,
        path: hit.path,
        line: hit.firstLine,
        column: hit.firstColumn,
        rule: hit.rule,
        isAi: false,
        commit,
        placeholder: null,
        hindrance: null,
      });
    }
  }
  return notices;
}
