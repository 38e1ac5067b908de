// aitrail log consistency, aitrail log cosign: that the log only grew.
import { checkGrowth, cosignLog, proveGrowth } from '../flow/log/grow-log.ts';
import { sendReport } from '../flow/reporting/send-report.ts';
import { readStore } from '../flow/show/read-store.ts';
import { Fault } from '../model/fault.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { printDocument } from './output.ts';
import { readText } from './read-text.ts';

const JSON_OPTION = { flags: '--json', description: 'one JSON document' } as const;

export const growthCommands: readonly CommandSpec[] = [
  {
    name: 'log consistency',
    usage: '',
    summary: 'prove that the log only grew since a checkpoint that was kept; or check such a proof',
    options: [
      { flags: '--since <checkpoint>', description: 'file with the checkpoint' },
      { flags: '--proof <file>', description: 'check this proof instead, without the log' },
      { flags: '--key <vkey>', description: "with --proof: the log's key" },
      JSON_OPTION,
    ],
    example: 'log consistency --since checkpoint.txt',
    run: async (call) => {
      const { caller, options } = call;
      if (typeof options['since'] !== 'string')
        throw new Fault('USAGE', 'since which checkpoint?', {
          fix: 'name the file: --since FILE; aitrail log checkpoint makes one',
        });
      const kept = await readText(caller, options['since']);
      if (options['proof'] !== undefined) return check(call, kept);
      const growth = await proveGrowth(caller, kept);
      if (options['json'] === true)
        printDocument(call.out, { schema: 'aitrail.log-consistency/1', ok: true, ...growth });
      else call.out.write(growth.proof);
      return 0;
    },
  },
  {
    name: 'log cosign',
    usage: '<url>',
    summary: 'have a witness cosign the log as it is now (c2sp.org/tlog-witness)',
    options: [{ flags: '--key <vkey>', description: "the witness's key" }, JSON_OPTION],
    example: 'log cosign https://witness.example.com --key KEY',
    run: async ({ caller, words, options, out }) => {
      const cosigned = await cosignLog(caller, words[0] ?? '', keyOf(options));
      if (options['json'] === true)
        printDocument(out, { schema: 'aitrail.cosigned/1', ...cosigned });
      else out.write(cosigned.note);
      if (cosigned.notes > 0)
        out.note(`${cosigned.notes} ${cosigned.notes === 1 ? 'note says' : 'notes say'} so now\n`);
      return 0;
    },
  },
  {
    name: 'log send',
    usage: '',
    summary:
      'send what was recorded to the gateway that one is logged in at, which cosigns the log',
    options: [JSON_OPTION],
    example: 'log send',
    run: async ({ caller, options, out }) => {
      const report = await readStore(caller, (store) => sendReport(caller, store));
      if (options['json'] === true)
        printDocument(out, { schema: 'aitrail.log-report-sent/1', ...report });
      else
        out.write(
          `${report.gateway} cosigned ${String(report.size)} leaves and got ${String(report.sent)} new exchanges\n`,
        );
      return 0;
    },
  },
];

async function check({ caller, options, out }: Invocation, kept: string): Promise<number> {
  const proof = await readText(caller, options['proof']);
  const { oldSize, newSize } = checkGrowth(kept, proof, keyOf(options));
  if (options['json'] === true)
    printDocument(out, { schema: 'aitrail.log-consistency/1', ok: true, oldSize, newSize });
  else out.write(`the log of ${newSize} leaves begins with that of ${oldSize}\n`);
  return 0;
}

function keyOf(options: Invocation['options']): string {
  const key = options['key'];
  if (typeof key === 'string') return key.trim();
  throw new Fault('USAGE', 'whose key counts?', { fix: 'name it: --key VKEY' });
}
