// `aitrail blame` by itself: people and their editors ask all day, and it reads its own words. The build makes one file of
// it and of what it needs every time; bin/aitrail.js starts it without the rest of the program.
import { setFlagsFromString } from 'node:v8';
import { command } from './blame.ts';
import { runCommand, setExit } from './run-command.ts';

/**
 * Twenty times V8's own patience: its optimizer would take the core that git needs, for code that has run by then. The
 * blame of a very large file is still worth it.
 */
const PATIENCE = '--interrupt-budget=1500000';
/** V8 says on the terminal where it does not know a flag. */
const KNOWN_NODE = 24;

/** @param words what follows `blame`. Sets the exit status. Never throws. */
export const blameMain = (words: readonly string[]): Promise<void> => {
  if (Number(process.versions.node.split('.')[0]) <= KNOWN_NODE) setFlagsFromString(PATIENCE);
  return setExit(() => runCommand(command, { words, options: {} }));
};
