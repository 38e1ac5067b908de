// What hooks/run.sh starts when no daemon answers: `node bundle.js <hook> [arguments]`. Built into one file, because
// loading many costs more than all that a hook does. Exit status: 0 go on, 40 refused; any other is no answer, so that a
// Node that cannot start (1) is never taken for a rule that refuses.
import { openFallbackWorld } from '../flow/fallback-world.ts';
import { isHookName } from '../model/hook.ts';
import { faultLines } from '../print/fault-lines.ts';
import type { HookAnswer } from './hook-call.ts';
import { runHook } from './run-hook.ts';

const EXIT_REFUSED = 40;
const EXIT_DEFECT = 70;

async function main(argv: readonly string[]): Promise<number> {
  const [hook, ...words] = argv;
  if (!isHookName(hook)) return EXIT_DEFECT;
  const world = openFallbackWorld();
  try {
    const caller = { cwd: process.cwd(), env: currentEnv() };
    const stdin = takesStdin(hook) ? await readStdin() : '';
    return finish(await runHook({ hook, words, stdin, caller }, world));
  } catch (thrown) {
    process.stderr.write(faultLines(thrown, process.env['AITRAIL_DEBUG'] === '1'));
    return EXIT_DEFECT;
  } finally {
    await world.close();
  }
}

function finish({ exit, stderr }: HookAnswer): number {
  process.stderr.write(stderr);
  return exit === 0 ? 0 : EXIT_REFUSED;
}

const takesStdin = (hook: string): boolean => hook === 'pre-push' || hook === 'post-rewrite';

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function currentEnv(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined) env[name] = value;
  return env;
}

process.exitCode = await main(process.argv.slice(2));
