// One hook in this process: reads what git gives it and opens the recordings' files.
import { openFallbackWorld } from '../flow/fallback-world.ts';
import type { Caller } from '../model/caller.ts';
import type { HookName } from '../model/hook.ts';
import type { HookAnswer } from './hook-call.ts';
import { runHook } from './run-hook.ts';

/** @throws only for defects. */
export async function runHookHere(
  hook: HookName,
  words: readonly string[],
  caller: Caller,
): Promise<HookAnswer> {
  const world = openFallbackWorld();
  try {
    const stdin = takesStdin(hook) ? await readStdin() : '';
    return await runHook({ hook, words, stdin, caller }, world);
  } finally {
    await world.close();
  }
}

const takesStdin = (hook: HookName): boolean => hook === 'pre-push' || hook === 'post-rewrite';

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
