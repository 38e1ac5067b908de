// The daemon's side of a hook: the body that hooks/run.sh sent, to the body that it reads.
import { atMost } from '../flow/at-most.ts';
import { readVersion } from '../model/version.ts';
import type { HookWorld } from '../flow/commit/hook-work.ts';
import { parseHookRequest } from './hook-request.ts';
import { runHook } from './run-hook.ts';

/** What makes the shim go on to Node. */
const NOT_ME = 'not-me\n';

/** git may go on; nothing to say. */
const GO_ON = '0\n';
/** The line after a commit is worth that much waiting: a commit of usual size has it by then. */
const PATIENCE_MS = 150;

export interface HookAnswering {
  /**
   * The hook's exit status on the first line, then what it says on standard error; `not-me` for another user, another
   * version, or where this process met a defect of ours and a fresh one may do better. For a commit that is being
   * attested it comes early: at once where nobody wants the summary, or it takes too long.
   */
  readonly answer: Promise<string>;
  /** Resolves when nothing is under way any more. */
  readonly ended: Promise<unknown>;
}

/** Answers `POST /hook`. */
export function answerHookRequest(body: Buffer, world: Omit<HookWorld, 'onQueued'>): HookAnswering {
  let tellQueued: HookWorld['onQueued'] = null;
  const queued = new Promise<{ readonly isAwaited: boolean }>((resolve) => {
    tellQueued = resolve;
  });
  const whole = answerWhole(body, { ...world, onQueued: (about) => tellQueued?.(about) });
  const early = queued.then(async ({ isAwaited }) => {
    if (isAwaited) await atMost(whole, PATIENCE_MS);
    return GO_ON;
  });
  return { answer: Promise.race([whole, early]), ended: whole };
}

/** Never rejects. */
async function answerWhole(body: Buffer, world: HookWorld): Promise<string> {
  const request = parseHookRequest(body);
  if (request === null || request.version !== readVersion()) return NOT_ME;
  if (request.uid !== process.getuid?.()) return NOT_ME;
  try {
    const answer = await runHook(request.call, world);
    return answer === null ? NOT_ME : `${answer.exit}\n${answer.stderr}`;
  } catch {
    return NOT_ME; // the fallback meets the same defect and says what it is
  }
}
