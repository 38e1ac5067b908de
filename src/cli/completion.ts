// aitrail completion SHELL: what makes TAB know the commands, their options, and the ids of recordings.
import { listExchangeIds, listRevisions, listSessionIds } from '../flow/show/list-words.ts';
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import { COMPLETION_SCRIPTS } from '../print/completion-scripts.ts';
import { localMinute } from '../print/moments.ts';
import { plainLine } from '../print/plain-text.ts';
import { agentOf, whereOf } from '../print/session-lines.ts';
import type { CommandSpec } from './command.ts';
import { complete, type Candidate, type WordKind } from './complete.ts';
import type { Faces } from './faces.ts';

const SHELLS = Object.keys(COMPLETION_SCRIPTS);

/** @param loadFaces the whole table of commands. */
export const completionCommands = (loadFaces: () => Promise<Faces>): readonly CommandSpec[] => [
  {
    name: 'completion',
    usage: '<shell>',
    values: SHELLS,
    summary:
      'print what makes TAB complete commands, options and ids in bash, zsh, fish or PowerShell',
    options: [],
    example: 'completion bash',
    run: async ({ words, out }) => {
      const script = Object.entries(COMPLETION_SCRIPTS).find(([shell]) => shell === words[0])?.[1];
      if (script === undefined)
        throw new Fault('USAGE', `${words[0] ?? ''} is none of ${SHELLS.join(', ')}`);
      out.write(script);
      return 0;
    },
  },
  {
    name: 'completion words',
    usage: '[words...]',
    summary: 'what those scripts ask: the words that may follow',
    options: [],
    example: 'completion words -- proxy st',
    takesForeignFlags: true,
    run: async ({ caller, words, out }) => {
      const typed = (words[0] === '--' ? words.slice(1) : words).map((word) =>
        word === '""' ? '' : word,
      );
      const { specs, summaries } = await loadFaces();
      const { candidates, kinds } = complete(specs, summaries, typed);
      const last = typed.at(-1) ?? '';
      const more = await Promise.all(kinds.map((kind) => candidatesOf(caller, kind)));
      for (const { word, meaning } of [...candidates, ...more.flat()])
        if (word.startsWith(last)) out.write(`${word}\t${plainLine(meaning)}\n`);
      if (kinds.includes('file')) out.write(':files\n');
      return 0;
    },
  },
];

async function candidatesOf(caller: Caller, kind: WordKind): Promise<readonly Candidate[]> {
  switch (kind) {
    case 'session':
      return sessionsOf(caller);
    case 'exchange':
      return exchangesOf(caller);
    case 'record':
      return [...(await sessionsOf(caller)), ...(await exchangesOf(caller))];
    case 'revision':
      return (await listRevisions(caller)).map((word) => ({ word, meaning: '' }));
    case 'file':
      return []; // the shell knows them
  }
}

const sessionsOf = async (caller: Caller): Promise<readonly Candidate[]> =>
  (await listSessionIds(caller)).map((session) => ({
    word: session.id,
    meaning: `${localMinute(session.lastAtMs)} ${agentOf(session)}, ${whereOf(session)}`,
  }));

const exchangesOf = async (caller: Caller): Promise<readonly Candidate[]> =>
  (await listExchangeIds(caller)).map(({ id, startedAtMs, model, url }) => ({
    word: id,
    meaning: `${localMinute(startedAtMs)} ${model ?? url}`,
  }));
