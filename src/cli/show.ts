// aitrail show: everything known about one session, exchange, commit or line.
import { readRaw, showRecord } from '../flow/show/show-record.ts';
import { Fault } from '../model/fault.ts';
import { shownDocument, shownText } from '../print/shown-lines.ts';
import { pickStyle } from '../print/style.ts';
import type { CommandSpec } from './command.ts';
import { outputColumns, printDocument } from './output.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'show',
    isReading: true,
    usage: '<record>',
    summary: 'show a session, an exchange, a commit, or the prompt behind FILE:LINE',
    options: [
      {
        flags: '--raw <side>',
        description: 'request or response: the recorded bytes of an exchange, nothing else',
        values: ['request', 'response'],
      },
      { flags: '--json', description: 'one JSON document' },
    ],
    example: 'show HEAD',
    run: async ({ caller, words, options, out }) => {
      const [word = ''] = words;
      const raw = options['raw'];
      if (raw !== undefined) {
        if (raw !== 'request' && raw !== 'response')
          throw new Fault('USAGE', `--raw: ${String(raw)} is neither request nor response`);
        out.writeBytes(await readRaw(caller, word, raw));
        return 0;
      }
      const shown = await showRecord(caller, word);
      if (options['json'] === true) printDocument(out, shownDocument(shown));
      else
        out.write(
          shownText(shown, {
            width: outputColumns(out),
            style: pickStyle(out.isColour),
            linesMax: 60,
          }),
        );
      return 0;
    },
  },
];
