// One hook, one flow. The daemon and the fallback both come through here, so that a commit gets the same answer and the
// same statement whoever is there.
import { attestFromHook } from '../flow/attest/attest-hook.ts';
import { checkPush } from '../flow/commit/check-push.ts';
import { checkPatch, checkStaged } from '../flow/commit/check-staged.ts';
import { type HookWork, type HookWorld, withHookWork } from '../flow/commit/hook-work.ts';
import { recordNotices } from '../flow/record/record-notices.ts';
import { isFault } from '../model/fault.ts';
import type { HookReport, Notice } from '../model/notice.ts';
import { faultLines } from '../print/fault-lines.ts';
import { hookLines } from '../print/hook-lines.ts';
import type { HookAnswer, HookCall } from './hook-call.ts';

/**
 * @returns what git gets. A failure that a user can mend refuses in hooks that guard and warns in hooks that record.
 *   null: there is no time for it here, somebody else must answer.
 * @throws only for defects: whoever started the hook falls back to the next thing that can answer.
 */
export async function runHook(call: HookCall, world: HookWorld): Promise<HookAnswer | null> {
  try {
    return await withHookWork(call.caller, world, (work) => act(call, work));
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    const isGuard = call.hook.startsWith('pre-');
    return { exit: isGuard ? 1 : 0, stderr: faultLines(thrown, false) };
  }
}

async function act(call: HookCall, work: HookWork): Promise<HookAnswer | null> {
  switch (call.hook) {
    case 'pre-commit':
    case 'pre-merge-commit':
      return answerOf(call, work, await checkStaged(work));
    case 'pre-applypatch':
      return answerOf(call, work, await checkPatch(work));
    case 'pre-push':
      return answerOf(call, work, await checkPush(work, call));
    case 'post-rewrite':
    case 'post-commit':
    case 'post-merge':
    case 'post-applypatch': {
      const notices = await attestFromHook(work, call);
      return { exit: 0, stderr: hookLines({ isRefused: false, notices }) };
    }
  }
}

async function answerOf(
  call: HookCall,
  work: HookWork,
  check: HookReport | null,
): Promise<HookAnswer | null> {
  if (check === null) return null;
  const notices = await recordNotices(work, call.hook, check.notices);
  const { tellBlock } = work.world;
  if (check.isRefused && tellBlock !== null && work.world.isWanted())
    tellBlock({ caller: call.caller, hook: call.hook, rule: findRule(check.notices) });
  return { exit: check.isRefused ? 1 : 0, stderr: hookLines({ ...check, notices }) };
}

/** The name of the first thing that was refused, as the log has it. */
function findRule(notices: readonly Notice[]): string | null {
  const refused = notices.find((notice) => 'effect' in notice && notice.effect === 'refused');
  return refused?.kind === 'secret' ? refused.rule : (refused?.kind ?? null);
}
