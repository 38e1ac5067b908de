// The daemon's side of a hook: the body that hooks/run.sh sent, to the body that it reads.
import { readVersion } from '../model/version.ts';
import type { HookWorld } from '../flow/commit/hook-work.ts';
import { parseHookRequest } from './hook-request.ts';
import { runHook } from './run-hook.ts';

/** What makes the shim go on to Node. */
const NOT_ME = 'not-me\n';

/**
 * Answers `POST /hook`.
 *
 * @returns the hook's exit status on the first line, then what it says on standard error; `not-me` for another user,
 *   another version, or where this process met a defect of ours and a fresh one may do better.
 */
export async function answerHookRequest(body: Buffer, world: HookWorld): Promise<string> {
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
