// What hooks/run.sh starts when no daemon answers: `node bundle.js <hook> [arguments]`. Bundled, because
// loading many files costs more than all that a hook does. Exit status: 0 go on, 40 refused; any other is no answer, so that a
// Node that cannot start (1) is never taken for a rule that refuses.
import { isHookName } from '../model/hook.ts';
import { expectShortRun } from '../model/short-run.ts';
import { faultLines } from '../print/fault-lines.ts';
import { runHookHere } from './run-hook-here.ts';

const EXIT_REFUSED = 40;
const EXIT_DEFECT = 70;

async function main(argv: readonly string[]): Promise<number> {
  const [hook, ...words] = argv;
  if (!isHookName(hook)) return EXIT_DEFECT;
  try {
    const caller = { cwd: process.cwd(), env: currentEnv() };
    const { exit, stderr } = await runHookHere({ hook, words, caller });
    process.stderr.write(stderr);
    return exit === 0 ? 0 : EXIT_REFUSED;
  } catch (thrown) {
    process.stderr.write(faultLines(thrown, process.env['AITRAIL_DEBUG'] === '1'));
    return EXIT_DEFECT;
  }
}

function currentEnv(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined) env[name] = value;
  return env;
}

expectShortRun();
process.exitCode = await main(process.argv.slice(2));
