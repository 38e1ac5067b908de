// Runs the demo: a temporary repository, home and state directory, a scripted model on loopback, and real commands.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { packagePlace } from '../../model/package-place.ts';
import { startDemoModel } from './model.ts';
import { DEMO_PROMPT, DEMO_TURNS } from './script.ts';
import { DEMO_STEPS, type DemoStep } from './steps.ts';

export interface DemoOptions {
  /** Leaves the directory in place. */
  readonly isKept: boolean;
  /** Told before each step's command runs; its output goes straight to standard output. */
  readonly onStep: (step: DemoStep) => void;
}

/**
 * Runs every step in order.
 *
 * @returns the directory of the demo (gone unless kept) and how long it took in milliseconds.
 * @throws Fault DEMO_BROKEN where a command ends with another status than the step says.
 */
export async function runDemo(
  caller: Caller,
  options: DemoOptions,
): Promise<{ readonly directory: string; readonly tookMs: number }> {
  const startedAtMs = Date.now();
  const directory = await mkdtemp(join(tmpdir(), 'aitrail-demo-'));
  const model = await startDemoModel(DEMO_TURNS);
  const place: Caller = {
    cwd: join(directory, 'project'),
    env: await setUp(directory, model.url, caller.env),
  };
  try {
    for (const step of DEMO_STEPS(DEMO_PROMPT)) {
      options.onStep(step);
      const exit = await runShell(place, step.command);
      if (exit !== step.exit) {
        throw new Fault(
          'DEMO_BROKEN',
          `the command above ended with ${exit} instead of ${step.exit}`,
        );
      }
    }
  } finally {
    await runShell(place, 'aitrail proxy stop >/dev/null 2>&1');
    await model.close();
    if (!options.isKept) await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
  return { directory, tookMs: Date.now() - startedAtMs };
}

/** Makes home, configuration and the two programs on PATH; nothing of the caller's own state is read or written. */
async function setUp(
  directory: string,
  upstream: string,
  env: Caller['env'],
): Promise<Record<string, string>> {
  const home = join(directory, 'home');
  const bin = join(directory, 'bin');
  for (const made of [join(directory, 'project'), join(home, '.config', 'aitrail'), bin]) {
    await mkdir(made, { recursive: true, mode: 0o700 });
  }
  const name =
    '[user]\n\tname = Ada Example\n\temail = ada@example.com\n[advice]\n\tdetachedHead = false\n';
  await writeFile(join(home, '.gitconfig'), name);
  await writeFile(
    join(home, '.config', 'aitrail', 'config.yaml'),
    `connections:\n  anthropic: { protocol: anthropic-messages, upstream: "${upstream}" }\n`,
  );
  await writeProgram(join(bin, 'aitrail'), packagePlace('bin/aitrail.js'));
  await writeProgram(join(bin, 'demo-agent'), packagePlace('dist/flow/demo/agent.js'));
  return {
    PATH: [bin, dirname(process.execPath), env['PATH'] ?? ''].join(delimiter),
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    AITRAIL_HOME: join(home, 'state'),
    GIT_CONFIG_NOSYSTEM: '1',
    LC_ALL: env['LC_ALL'] ?? 'C.UTF-8',
    TERM: env['TERM'] ?? 'dumb',
    ...(env['NO_COLOR'] === undefined ? {} : { NO_COLOR: env['NO_COLOR'] }),
  };
}

function writeProgram(path: string, script: string): Promise<void> {
  return writeFile(path, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`, {
    mode: 0o755,
  });
}

/** Standard error joins standard output, so that both stand in the order in which they were written. */
function runShell(place: Caller, command: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', command], {
      cwd: place.cwd,
      env: { ...place.env },
      stdio: ['ignore', 1, 1],
    });
    child.on('error', reject);
    child.on('close', (exit) => resolve(exit ?? 128));
  });
}
