// A push that stands before a git server: each ref against the rules of that repository, as its hooks would judge it where
// they ran, and against what `verify` asks of its commits.
import { stateHome } from '../../config/places.ts';
import { isCommit, type Quarantine } from '../../git/mirror.ts';
import { startObjects } from '../../git/objects.ts';
import { openWorktree } from '../../git/open-repository.ts';
import type { Caller } from '../../model/caller.ts';
import type { Connection } from '../../model/policy.ts';
import { NOTES_REF } from '../../model/statement.ts';
import { isNone, type PushCommand, type RefusedRef } from '../../wire/git-push.ts';
import { judgeOutgoing } from '../commit/check-push.ts';
import type { HookWork, HookWorld } from '../commit/hook-work.ts';
import { readHookPolicy } from '../policy/hook-policy.ts';
import { verify } from '../verify/verify.ts';
import { sayRefusal } from './say-refusal.ts';

export interface JudgedPush {
  /** Of the mirror. */
  readonly caller: Caller;
  readonly quarantine: Quarantine;
  readonly connection: Connection;
  readonly commands: readonly PushCommand[];
  /** Mail address of who pushes; empty: not known. */
  readonly pusher: string;
}

/** What travels beside branches and is judged by its signatures where it is read. */
const OWN = /^refs\/(?:notes\/(?:aitrail|ai)|aitrail\/approvals\/.+)$/;

/** @returns the refs that must not go on. @throws Fault where it cannot be judged. */
export async function judgePush(push: JudgedPush): Promise<readonly RefusedRef[]> {
  const refused: RefusedRef[] = [];
  for (const command of push.commands) {
    if (OWN.test(command.ref)) continue;
    const why = await judgeRef(push, command);
    if (why !== null) refused.push({ ref: command.ref, why });
  }
  return refused;
}

async function judgeRef(push: JudgedPush, command: PushCommand): Promise<string | null> {
  const { after } = command;
  if (!isNone(after) && !(await isCommit(push.quarantine, after))) return 'it is no commit';
  return (await judgeByRules(push, command)) ?? (await judgeByNotes(push, command));
}

async function judgeByRules(
  { caller, quarantine, pusher }: JudgedPush,
  { before, after, ref }: PushCommand,
): Promise<string | null> {
  const [objects, own] = [startObjects(quarantine.caller), startObjects(caller)];
  try {
    const [repository, mirror] = [
      await openWorktree(quarantine.caller),
      await openWorktree(caller),
    ];
    const policy = await readHookPolicy(mirror, own);
    const work: HookWork = {
      repository,
      objects,
      policy,
      home: stateHome(caller.env),
      world: NOBODY,
      asking: { repository: mirror, objects: own, policy },
    };
    const [localOid, remoteOid] = [oidOf(after), oidOf(before)];
    const refs = [{ localRef: ref, localOid, remoteRef: ref, remoteOid }];
    const notices = await judgeOutgoing(work, { remote: 'origin', refs });
    for (const notice of notices) {
      if (notice.kind === 'approval' && notice.effect === 'passed' && isSame(notice.by, pusher))
        return `${pusher} cannot approve what ${pusher} pushes`;
      const why = sayRefusal(notice);
      if (why !== null) return why;
    }
    return null;
  } finally {
    objects.close();
    own.close();
  }
}

const oidOf = (id: string): string | null => (isNone(id) ? null : id);

const isSame = (one: string | null, other: string): boolean =>
  other !== '' && one?.toLowerCase() === other.toLowerCase();

/** No worktree, no recordings, and time to ask the remote. */
const NOBODY: HookWorld = {
  openRecords: () => Promise.resolve({ kind: 'none' }),
  isWanted: () => true,
  canWait: true,
  tellBlock: null,
  onQueued: null,
};

/** Commits that the ref would bring, by their notes: those that are there, and those of this push. */
async function judgeByNotes(
  { quarantine, connection, commands }: JudgedPush,
  command: PushCommand,
): Promise<string | null> {
  const require = connection.git?.require ?? [];
  if (require.length === 0 || isNone(command.after)) return null;
  const lines = [command, ...commands.filter(({ ref }) => ref === NOTES_REF)];
  const pushed = lines.map(({ before, after, ref }) => `${before} ${after} ${ref}\n`).join('');
  const question = { range: null, pushed, trustRef: null, require };
  const { verdicts } = await verify(quarantine.caller, question);
  const bad = verdicts.find(({ status }) => status !== 'verified');
  if (bad === undefined) return null;
  const { commit, status, reason } = bad;
  return `${commit.slice(0, 12)} is ${status}${reason === null ? '' : `: ${reason}`}`;
}
