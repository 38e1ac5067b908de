// aitrail bundle <session | range>: evidence in one file, for somebody who has neither the machine nor the repository.
import { makeBundle } from '../flow/bundle/make-bundle.ts';
import { Fault } from '../model/fault.ts';
import { counted } from '../print/moments.ts';
import type { CommandSpec } from './command.ts';
import { writeOut } from './write-out.ts';

export const command: CommandSpec = {
  name: 'bundle',
  isReading: true,
  usage: '<session-or-range>',
  summary: 'put all evidence about a session or about commits into one file that verifies offline',
  options: [
    { flags: '--out <file>', description: 'a file, which only you can read; else standard output' },
  ],
  example: 'bundle HEAD --out evidence.jsonl',
  run: async (call) => {
    const { caller, words, options, out } = call;
    const [word = ''] = words;
    if (word === '') throw new Fault('USAGE', 'about which session or commits?');
    const { about, text, commits, records, approvals } = await makeBundle(caller, word);
    const file = options['out'];
    await writeOut(call, (sink) => sink(text));
    const counts = `${counted(commits, 'commit')}, ${counted(records, 'recorded exchange')}, ${counted(approvals, 'line')} about approvals`;
    out.note(`${about}: ${counts}; recordings are masked, and still private\n`);
    if (typeof file === 'string') out.note(`next: aitrail verify --bundle ${file}\n`);
    return 0;
  },
};
