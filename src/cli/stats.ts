// aitrail stats [range]: added lines by where they came from.
import { countLines } from '../flow/attribute/count-lines.ts';
import { Fault } from '../model/fault.ts';
import { STATS_KEYS } from '../model/stats.ts';
import { statsDocument, statsText } from '../print/stats-lines.ts';
import { pickStyle } from '../print/style.ts';
import type { CommandSpec } from './command.ts';
import { outputColumns, printDocument } from './output.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'stats',
    usage: '[range]',
    summary: 'count the lines that commits added by agent, model, author, path or day',
    options: [
      {
        flags: '--by <key>',
        description: 'agent (the default), model, author, path or day',
        values: STATS_KEYS,
      },
      { flags: '--json', description: 'one JSON document' },
    ],
    example: 'stats HEAD --by author',
    run: async ({ caller, words, options, out }) => {
      const asked = options['by'] ?? 'agent';
      const by = STATS_KEYS.find((key) => key === asked);
      if (by === undefined)
        throw new Fault('USAGE', `--by: ${String(asked)} is none of ${STATS_KEYS.join(', ')}`);
      const stats = await countLines(caller, words[0] ?? null, by);
      if (options['json'] === true) printDocument(out, statsDocument(stats));
      else out.write(statsText(stats, outputColumns(out), pickStyle(out.isColour)));
      return 0;
    },
  },
];
