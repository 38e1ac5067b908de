// aitrail policy: which rules hold here, from which file.
import { explainPolicyFor } from '../flow/policy-explain.ts';
import {
  filesLine,
  isBlocked,
  pathLines,
  policyDocument,
  policyLines,
} from '../print/policy-lines.ts';
import type { CommandSpec } from './command.ts';

const JSON_OPTION = { flags: '--json', description: 'as one JSON document' } as const;

export const commands: readonly CommandSpec[] = [
  {
    name: 'policy check',
    usage: '[path...]',
    summary: 'check the policy files; with paths: may an AI change them (exit 1: no)',
    options: [JSON_OPTION],
    example: 'policy check .github/workflows/ci.yml',
    run: async ({ caller, words, options, out }) => {
      const view = await explainPolicyFor(caller, words);
      const text = words.length === 0 ? filesLine(view) : pathLines(view);
      out.write(options['json'] === true ? policyDocument(view) : text);
      return isBlocked(view) ? 1 : 0;
    },
  },
  {
    name: 'policy explain',
    usage: '[path]',
    summary: 'show every setting in force with the place that decided it',
    options: [JSON_OPTION],
    example: 'policy explain',
    run: async ({ caller, words, options, out }) => {
      const view = await explainPolicyFor(caller, words);
      const text = words.length === 0 ? policyLines(view) : pathLines(view);
      out.write(options['json'] === true ? policyDocument(view) : text);
      return 0;
    },
  },
];
