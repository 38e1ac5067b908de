// One hook that a process of its own was started for: asks the daemon where nobody has yet, and else runs it here over
// the recordings' files.
import { askDaemonHook } from '../flow/commit/ask-daemon-hook.ts';
import { openFallbackWorld } from '../flow/commit/fallback-world.ts';
import { readVersion } from '../model/version.ts';
import type { HookAnswer, HookCall } from './hook-call.ts';
import { formatHookRequest } from './hook-request.ts';
import { runHook } from './run-hook.ts';

/** Set by hooks/run.sh once the daemon has had its second. */
const ASKED_VARIABLE = 'AITRAIL_HOOK_ASKED';

/** @throws only for defects. */
export async function runHookHere(given: Omit<HookCall, 'stdin'>): Promise<HookAnswer> {
  const stdin = takesStdin(given.hook) ? await readStdin() : '';
  return runHookCall({ ...given, stdin });
}

/** The same for those who know what the hook would have been told. @throws only for defects. */
export async function runHookCall(call: HookCall): Promise<HookAnswer> {
  const answer = await askDaemon(call);
  if (answer !== null) return answer;
  const world = openFallbackWorld(call.caller, call.caller.env[ASKED_VARIABLE] === '1');
  try {
    const own = await runHook(call, world);
    if (own === null) throw new Error('a hook that has all the time says that it has none');
    return own;
  } finally {
    await world.close();
  }
}

async function askDaemon(call: HookCall): Promise<HookAnswer | null> {
  // a push takes as long as the network does, and may ask for a passphrase
  if (call.hook === 'pre-push' || call.caller.env[ASKED_VARIABLE] === '1') return null;
  const uid = process.getuid?.() ?? 0;
  const umask = process.umask().toString(8);
  const body = formatHookRequest({ version: readVersion(), uid, umask, call });
  const [, exit, stderr] =
    /^([01])\n([^]*)$/.exec((await askDaemonHook(call.caller, body)) ?? '') ?? [];
  if (exit === undefined || stderr === undefined) return null;
  return { exit: exit === '0' ? 0 : 1, stderr };
}

const takesStdin = (hook: HookCall['hook']): boolean =>
  hook === 'pre-push' || hook === 'post-rewrite';

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
