// From argv to one command: the table loads each command's file only when it is asked for.
import { Command, CommanderError } from 'commander';
import { isFault } from '../model/fault.ts';
import { faultLines } from '../print/fault-lines.ts';
import { COMMANDS } from './commands.ts';
import type { CommandSpec, Invocation, Terminal } from './command.ts';
import { readVersion } from '../model/version.ts';

/** Runs one command line and sets the exit status. Never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    process.exitCode = await dispatch(argv);
  } catch (thrown) {
    process.exitCode = report(thrown);
  }
}

async function dispatch(argv: readonly string[]): Promise<number> {
  let exit = 0;
  const program = new Command('aitrail')
    .description('says which agent, model and prompt wrote a line, and proves it')
    .version(readVersion(), '-V, --version', 'print the version')
    .enablePositionalOptions()
    .exitOverride()
    .showSuggestionAfterError();
  const wanted = argv.find((word) => !word.startsWith('-'));
  const found = COMMANDS.filter(
    (entry) => wanted === undefined || wanted === 'help' || entry.name === wanted,
  );
  for (const entry of found.length > 0 ? found : COMMANDS) {
    for (const spec of await entry.load()) addCommand(program, spec, (status) => (exit = status));
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    throw thrown;
  }
  return exit;
}

function addCommand(program: Command, spec: CommandSpec, done: (status: number) => void): void {
  const words = spec.name.split(' ');
  const parent = words.length > 1 ? parentOf(program, words[0] ?? '') : program;
  const command = parent
    .command(`${words.at(-1) ?? ''} ${spec.usage}`.trim())
    .description(spec.summary)
    .exitOverride()
    .addHelpText('after', `\nExample:\n  aitrail ${spec.example}`);
  for (const option of spec.options) command.option(option.flags, option.description);
  if (spec.takesForeignFlags === true) command.allowUnknownOption().passThroughOptions();
  command.action(async (...given: readonly unknown[]) => {
    const call: Invocation = {
      caller: { cwd: process.cwd(), env: currentEnv() },
      words: command.args,
      options: command.opts<Invocation['options']>(),
      out: terminal(given.length > 0 && process.argv.includes('--no-color')),
    };
    done(await spec.run(call));
  });
}

function parentOf(program: Command, name: string): Command {
  const known = program.commands.find((command) => command.name() === name);
  return known ?? program.command(name).exitOverride();
}

function currentEnv(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined) env[name] = value;
  return env;
}

function terminal(isPlain: boolean): Terminal {
  const isTty = process.stdout.isTTY;
  return {
    write: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(text),
    isTty,
    isColour: isTty && !isPlain && (process.env['NO_COLOR'] ?? '') === '',
    isInteractive: process.stdin.isTTY,
  };
}

function report(thrown: unknown): number {
  const isDebug = process.env['AITRAIL_DEBUG'] === '1';
  process.stderr.write(faultLines(thrown, isDebug));
  return isFault(thrown) ? thrown.exit : 3;
}
