// aitrail policy: which rules hold here, from which file.
import { explainPolicyFor } from '../flow/policy/policy-explain.ts';
import { replayPolicy } from '../flow/policy/replay-policy.ts';
import { testPolicy } from '../flow/policy/test-policy.ts';
import {
  filesLine,
  isBlocked,
  lonelyLines,
  pathLines,
  policyDocument,
  policyLines,
} from '../print/policy-lines.ts';
import {
  caseLines,
  casesDocument,
  replayedDocument,
  replayedLines,
} from '../print/policy-verdicts.ts';
import type { CommandSpec } from './command.ts';
import { FILTER_OPTIONS, parseFilter } from './session-filter.ts';

const JSON_OPTION = { flags: '--json', description: 'as one JSON document' } as const;

/** Of those, what says when. */
const SPAN = FILTER_OPTIONS.filter(({ flags }) => /^--(?:since|until)/.test(flags));

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
      out.note(lonelyLines(view));
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
  {
    name: 'policy test',
    usage: '[file...]',
    summary: 'judge the cases of a file by the policy in force (exit 1: one came out otherwise)',
    options: [JSON_OPTION],
    example: 'policy test policy-tests.yaml',
    run: async ({ caller, words, options, out }) => {
      const cases = await testPolicy(caller, words);
      out.write(options['json'] === true ? casesDocument(cases) : caseLines(cases));
      return cases.every(({ isRight }) => isRight) ? 0 : 1;
    },
  },
  {
    name: 'policy replay',
    usage: '<file>',
    summary: 'show what a policy file would have done to what was recorded',
    options: [...SPAN, JSON_OPTION],
    example: 'policy replay strict.yaml --since 30d',
    run: async ({ caller, words, options, out }) => {
      const [file = ''] = words;
      const replayed = await replayPolicy(caller, file, parseFilter(options));
      out.write(options['json'] === true ? replayedDocument(replayed) : replayedLines(replayed));
      return 0;
    },
  },
];
