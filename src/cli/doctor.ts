// aitrail doctor: what is wrong here, and how to mend it.
import { diagnose } from '../flow/setup/diagnose.ts';
import { diagnosisDocument, diagnosisLines } from '../print/diagnosis-lines.ts';
import { pickStyle } from '../print/style.ts';
import type { CommandSpec } from './command.ts';
import { outputColumns, printDocument } from './output.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'doctor',
    usage: '',
    summary: 'check git, hooks, keys, daemon and records; every failed line says the fix',
    options: [{ flags: '--json', description: 'one JSON document' }],
    example: 'doctor',
    run: async ({ caller, options, out }) => {
      const checks = await diagnose(caller);
      if (options['json'] === true) printDocument(out, diagnosisDocument(checks));
      else
        out.write(
          diagnosisLines(checks, {
            style: pickStyle(out.isColour),
            width: out.isTty ? outputColumns(out) : Infinity,
          }),
        );
      return checks.some((check) => check.status === 'fail') ? 1 : 0;
    },
  },
];
