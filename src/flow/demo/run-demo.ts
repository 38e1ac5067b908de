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
  const directory = await placed(mkdtemp(join(tmpdir(), 'aitrail-demo-')));
  try {
    await runIn(directory, caller, options);
  } finally {
    if (!options.isKept) await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
  return { directory, tookMs: Date.now() - startedAtMs };
}

async function runIn(directory: string, caller: Caller, options: DemoOptions): Promise<void> {
  const model = await startDemoModel(DEMO_TURNS);
  try {
    const env = await placed(setUp(directory, model.url, caller.env));
    await runSteps({ cwd: join(directory, 'project'), env }, options);
  } finally {
    await model.close();
  }
}

/** @throws Fault OUT_UNWRITABLE: no room, no right, no such place. */
const placed = <T>(writing: Promise<T>): Promise<T> =>
  writing.catch((cause: unknown) => {
    throw new Fault(
      'OUT_UNWRITABLE',
      `demo: ${tmpdir()} takes no files: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
        fix: 'name a directory that does: TMPDIR=DIRECTORY aitrail demo',
      },
    );
  });

async function runSteps(place: Caller, options: DemoOptions): Promise<void> {
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
  }
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
