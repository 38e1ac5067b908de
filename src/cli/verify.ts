// aitrail verify [range]
import { text } from 'node:stream/consumers';
import { REQUIREMENTS, type Requirement } from '../flow/verify-range.ts';
import { verify } from '../flow/verify.ts';
import { Fault } from '../model/fault.ts';
import { verifyJson, verifyLines } from '../print/verify-lines.ts';
import type { CommandSpec, Invocation } from './command.ts';

const verifySpec: CommandSpec = {
  name: 'verify',
  usage: '[range]',
  summary: 'check that commits have valid signed provenance',
  options: [
    { flags: '--trust-ref <ref>', description: 'take the trusted signers from this revision' },
    {
      flags: '--require <list>',
      description: `also demand, comma-separated: ${REQUIREMENTS.join(', ')}`,
    },
    { flags: '--stdin', description: 'read the lines of a pre-receive hook: <old> <new> <ref>' },
    { flags: '--json', description: 'print one JSON document' },
  ],
  example: 'verify HEAD',
  run: async (call) => {
    const { options, words, out, caller } = call;
    if (words.length > 0 && options['stdin'] === true)
      throw new Fault('USAGE', 'a range and --stdin exclude each other');
    const answer = await verify(caller, {
      range: words[0] ?? null,
      pushed: options['stdin'] === true ? await text(process.stdin) : null,
      trustRef: typeof options['trustRef'] === 'string' ? options['trustRef'] : null,
      require: readRequirements(options['require']),
    });
    out.write(options['json'] === true ? verifyJson(answer) : verifyLines(answer, out.isColour));
    return answer.isOk ? 0 : 1;
  },
};

export const commands: readonly CommandSpec[] = [verifySpec];

function readRequirements(value: Invocation['options'][string]): readonly Requirement[] {
  const names = typeof value === 'string' ? value.split(',').filter(Boolean) : [];
  return names.map((name) => {
    const known = REQUIREMENTS.find((each) => each === name);
    if (known !== undefined) return known;
    throw new Fault('USAGE', `--require knows no ${name.slice(0, 60)}`, {
      fix: `use some of ${REQUIREMENTS.join(', ')}`,
    });
  });
}
