// What a person is told once, before the first session of theirs is recorded.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, placeFault } from '../../model/make-folder.ts';
import { stateHome } from '../../config/places.ts';
import { findRepository } from '../../git/open-repository.ts';
import type { Caller } from '../../model/caller.ts';
import { loadPolicy } from '../policy/load-policy.ts';

/** @returns lines; none where it was told before. @throws Fault of the configuration. */
export async function firstNotice(caller: Caller): Promise<readonly string[]> {
  const home = stateHome(caller.env);
  const told = join(home, 'told');
  if (existsSync(told)) return [];
  const { content, retentionDays } = await loadPolicy(caller, await findRepository(caller));
  makeFolder(home);
  try {
    writeFileSync(told, `${new Date().toISOString()}\n`, { mode: 0o600 });
  } catch (thrown) {
    throw placeFault(thrown);
  }
  const what =
    content === 'full'
      ? 'what you ask, what the model answers and the tools it calls, with secrets masked'
      : 'who asked which model when, and keyed numbers of the words; no text';
  return [
    `this session is recorded: ${what}`,
    `it stays in ${home}, which only you can read; after ${String(retentionDays)} days it goes (retention:)`,
    'signed notes with agent, model, times and line ranges go with your commits; look: aitrail sessions; take away: aitrail erase',
  ];
}
