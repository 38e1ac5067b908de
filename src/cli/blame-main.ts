// `aitrail blame` by itself: people and their editors ask all day, and it reads its own words. The build makes one file of
// it and of what it needs every time; bin/aitrail.js starts it without the rest of the program.
import { expectShortRun } from '../model/short-run.ts';
import { command } from './blame.ts';
import { runCommand, setExit } from './run-command.ts';

/** @param words what follows `blame`. Sets the exit status. Never throws. */
export const blameMain = (words: readonly string[]): Promise<void> => {
  expectShortRun();
  return setExit(() => runCommand(command, { words, options: {} }));
};
