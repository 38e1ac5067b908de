// `aitrail policy test` and `policy replay`: what a policy does to cases, and would have done to recordings.
import { plainText } from './plain-text.ts';

interface MetView {
  readonly action: string;
  readonly on: string;
  readonly rule: string;
  readonly what: string | null;
  readonly place: string | null;
}

interface CaseView {
  readonly name: string;
  readonly place: string;
  readonly expected: string;
  readonly found: string;
  readonly rule: string | null;
  readonly met: readonly MetView[];
  readonly isRight: boolean;
}

/** The cases that came out otherwise, then how many did not. */
export function caseLines(cases: readonly CaseView[]): string {
  const wrong = cases.filter(({ isRight }) => !isRight);
  const lines = wrong.map(({ name, place, expected, found, rule, met }) => {
    const by = met.map((one) => one.rule).join(', ');
    const wanted = rule === null ? expected : `${expected} by ${rule}`;
    return `${place}: ${name}: ${wanted} expected, ${found}${by === '' ? '' : ` by ${by}`} found`;
  });
  const total = `${String(cases.length - wrong.length)} of ${String(cases.length)} cases as expected`;
  return plainText(`${[...lines, total].join('\n')}\n`);
}

export const casesDocument = (cases: readonly CaseView[]): string =>
  `${JSON.stringify({ schema: 'aitrail.policy-test/1', ok: cases.every(({ isRight }) => isRight), cases }, null, 2)}\n`;

interface ReplayView {
  readonly file: string;
  readonly sessions: number;
  readonly exchanges: number;
  readonly hits: readonly (MetView & {
    readonly exchange: string;
    readonly agent: string | null;
    readonly atMs: number;
  })[];
}

const ACTIONS = ['block', 'approve', 'warn'] as const;

/** One line for each thing that a rule meets, then the sums. */
export function replayedLines({ exchanges, hits }: ReplayView): string {
  const lines = hits.map(({ action, on, rule, what, exchange, agent, atMs }) =>
    [
      new Date(atMs).toISOString().slice(0, 19),
      exchange,
      action.padEnd(7),
      on,
      rule,
      ...[what, agent].filter((word) => word !== null),
    ].join('  '),
  );
  const sums = countActions(hits);
  const total = `${String(exchanges)} exchanges: ${ACTIONS.map((action) => `${String(sums[action])} ${action}`).join(', ')}`;
  return plainText(`${[...lines, total].join('\n')}\n`);
}

export const replayedDocument = (view: ReplayView): string =>
  `${JSON.stringify({ schema: 'aitrail.policy-replay/1', ...view, counts: countActions(view.hits) }, null, 2)}\n`;

const countActions = (
  hits: readonly MetView[],
): Readonly<Record<(typeof ACTIONS)[number], number>> => {
  const count = (action: string): number => hits.filter((hit) => hit.action === action).length;
  return { block: count('block'), approve: count('approve'), warn: count('warn') };
};
