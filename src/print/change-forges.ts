// `aitrail verify --format sarif | github | gitlab`: SARIF 2.1.0, GitHub's workflow commands, GitLab's code quality report.
import { createHash } from 'node:crypto';
import type { Verification } from '../model/verification.ts';
import { listMarks, type Mark, MARK_RULES } from './change-marks.ts';
import { plainLine } from './plain-text.ts';

/** One SARIF document. */
export function changeSarif(answer: Verification, version: string): string {
  const rules = Object.entries(MARK_RULES).map(([id, text]) => ({
    id,
    name: id,
    shortDescription: { text },
  }));
  const driver = { name: 'aitrail', semanticVersion: version, rules };
  const results = listMarks(answer).map((mark) => ({
    ruleId: mark.rule,
    ruleIndex: rules.findIndex(({ id }) => id === mark.rule),
    level: mark.level,
    message: { text: mark.text },
    locations: locationsOf(mark),
    partialFingerprints: { 'aitrail/v1': fingerprint(mark) },
  }));
  return print({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'unicodeCodePoints', results }],
  });
}

function locationsOf({ path, lines }: Mark): readonly object[] {
  if (path === null) return [];
  const uri = path.split('/').map(encodeURIComponent).join('/');
  const region = { startLine: lines?.start ?? 1, endLine: lines?.end ?? 1 };
  return [{ physicalLocation: { artifactLocation: { uri }, region } }];
}

const fingerprint = ({ rule, identity }: Mark): string =>
  createHash('sha256')
    .update(JSON.stringify([rule, ...identity]))
    .digest('hex');

const print = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const COMMANDS = { error: 'error', warning: 'warning', note: 'notice' } as const;

/** One workflow command a line: GitHub shows the first ten of each kind beside the code. */
export const changeGithub = (answer: Verification): string =>
  listMarks(answer)
    .map((mark) => {
      const facts = [
        ...(mark.path === null ? [] : [`file=${property(mark.path)}`]),
        ...(mark.lines === null ? [] : [`line=${mark.lines.start}`, `endLine=${mark.lines.end}`]),
        `title=${property(`aitrail: ${MARK_RULES[mark.rule]}`)}`,
      ];
      return `::${COMMANDS[mark.level]} ${facts.join(',')}::${escape(mark.text)}\n`;
    })
    .join('');

/** Whatever could end the line would begin another command. */
const escape = (text: string): string =>
  plainLine(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string =>
  escape(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

const SEVERITIES = { error: 'critical', warning: 'major', note: 'info' } as const;

/** A list of findings; each must have a file: a commit without one is laid at the policy's door. */
export const changeGitlab = (answer: Verification): string =>
  print(
    listMarks(answer).map((mark) => ({
      description: mark.text,
      check_name: `aitrail/${mark.rule}`,
      fingerprint: fingerprint(mark),
      severity: SEVERITIES[mark.level],
      location: {
        path: mark.path ?? '.aitrailrc.yaml',
        lines: { begin: mark.lines?.start ?? 1, end: mark.lines?.end ?? 1 },
      },
    })),
  );
