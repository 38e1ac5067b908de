// aitrail report --since TIME: what an auditor asks for, in one file.
import { gatherReport } from '../flow/report/gather-report.ts';
import { Fault } from '../model/fault.ts';
import { reportHtml } from '../print/report-html.ts';
import { reportDocument } from '../print/report-json.ts';
import type { CommandSpec } from './command.ts';
import { PROGRESS_OPTION } from './progress.ts';
import { parseFilter } from './session-filter.ts';
import { writeOut } from './write-out.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'report',
    isReading: true,
    usage: '',
    summary:
      'sessions, approvals, blocks, masks, commits without provenance, log, policies and access of a time, for an auditor',
    options: [
      { flags: '--since <time>', description: 'a date, or an age: 7d, 12h, 30m' },
      { flags: '--until <time>', description: 'the same (default: now)' },
      {
        flags: '--out <file>',
        description: 'one HTML file, which only you can read; else standard output',
      },
      PROGRESS_OPTION,
      { flags: '--json', description: 'one JSON document instead' },
    ],
    example: 'report --since 30d --out report.html',
    run: async (call) => {
      const { sinceMs, untilMs = Date.now() } = parseFilter(call.options);
      if (sinceMs === undefined)
        throw new Fault('USAGE', 'report: --since is missing', {
          fix: 'say from when on: aitrail report --since 30d --out report.html',
        });
      const report = await gatherReport(call.caller, { sinceMs, untilMs }, (what) =>
        call.out.progress(`reading ${what}`),
      );
      call.out.progress('');
      const text =
        call.options['json'] === true
          ? `${JSON.stringify(reportDocument(report), null, 2)}\n`
          : reportHtml(report);
      await writeOut(call, (sink) => sink(text));
      return 0;
    },
  },
];
