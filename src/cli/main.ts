// From argv to one command: the table loads each command's file only when it is asked for.
import { Command, CommanderError } from 'commander';
import { Fault } from '../model/fault.ts';
import { readVersion } from '../model/version.ts';
import { COMMANDS, loadFaces } from './commands.ts';
import type { CommandFace, CommandSpec, Invocation } from './command.ts';
import { currentCaller, runCommand, setExit } from './run-command.ts';

const VERSION_FLAGS: readonly string[] = ['-V', '--version'];

/** Runs one command line and sets the exit status. Never throws. */
export const main = (argv: readonly string[]): Promise<void> => setExit(() => dispatch(argv));

async function dispatch(argv: readonly string[]): Promise<number> {
  let exit = 0;
  const program = new Command('aitrail')
    .usage('<command> [options]')
    .description('says which agent, model and prompt wrote a line of code, and proves it')
    .version(readVersion(), VERSION_FLAGS.join(', '), 'print the version')
    .option('--no-color', 'never colour the output')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .enablePositionalOptions()
    .showSuggestionAfterError();
  const wanted = argv.find((word) => !word.startsWith('-'));
  const entry = COMMANDS.find(({ name }) => name === wanted);
  if (entry !== undefined)
    for (const spec of await entry.load()) addCommand(program, spec, (status) => (exit = status));
  else if (!asksVersion(argv)) await listCommands(program);
  quiet(program);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    return answer(thrown, program, wanted);
  }
  return exit;
}

const asksVersion = (argv: readonly string[]): boolean =>
  argv.length > 0 && argv.every((word) => VERSION_FLAGS.includes(word));

/** None of them will run: they are about to be listed, or what was typed is like one of them. */
async function listCommands(program: Command): Promise<void> {
  for (const face of (await loadFaces()).specs) describeCommand(program, face);
}

/** Commander's own errors become ours; `--help` and `--version` end quietly. */
function answer(thrown: CommanderError, program: Command, wanted: string | undefined): number {
  if (thrown.exitCode === 0) return 0;
  if (thrown.code === 'commander.help') {
    const asked = program.commands.find((command) => command.name() === wanted) ?? program;
    process.stderr.write(asked.helpInformation());
    return 2;
  }
  const why = thrown.message.replace(/^error: /, '').replaceAll('\n', ' ');
  const known = program.commands.some((command) => command.name() === wanted);
  throw new Fault('USAGE', why, { fix: `see aitrail ${known ? `${wanted ?? ''} ` : ''}--help` });
}

function quiet(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  for (const child of command.commands) quiet(child);
}

function describeCommand(program: Command, face: CommandFace): Command {
  const words = face.name.split(' ');
  const parent = words.length > 1 ? parentOf(program, words[0] ?? '') : program;
  const command = parent
    .command(`${words.at(-1) ?? ''} ${face.usage}`.trim())
    .description(face.summary)
    .addHelpText('after', `\nExample:\n  aitrail ${face.example}`);
  if (words.length === 1) command.helpGroup(groupOf(face.name));
  for (const option of face.options) command.option(option.flags, option.description);
  return command.option('--no-color', 'never colour the output');
}

function addCommand(program: Command, spec: CommandSpec, done: (status: number) => void): void {
  const command = describeCommand(program, spec);
  if (spec.takesForeignFlags === true) command.allowUnknownOption().passThroughOptions();
  command.action(async () => {
    const options = command.optsWithGlobals<Invocation['options']>();
    const isReading = spec.isReading === true;
    // what goes on until somebody ends it may never come to its end
    const isFollowing = options['follow'] === true;
    if (isReading && isFollowing) await noteReading(spec, command.args);
    done(await runCommand(spec, { words: command.args, options }));
    if (isReading && !isFollowing) await noteReading(spec, command.args);
  });
}

/** After the answer, where there is one: nobody waits for it. */
async function noteReading({ name }: CommandSpec, words: readonly string[]): Promise<void> {
  const { noteRead } = await import('../flow/session/note-read.ts');
  await noteRead(currentCaller(), name, words);
}

const groupOf = (name: string): string =>
  `${COMMANDS.find((entry) => entry.name === name)?.group ?? ''}:`;

function parentOf(program: Command, name: string): Command {
  const known = program.commands.find((command) => command.name() === name);
  const summary = COMMANDS.find((entry) => entry.name === name)?.summary ?? '';
  return known ?? program.command(name).description(summary).helpGroup(groupOf(name));
}
