// aitrail verify --bundle, for people and for programs.
import type { CheckedBundle } from '../model/bundle.ts';
import { plainLine } from './plain-text.ts';

const COMMIT_WIDTH = 12;
const STATUS_WIDTH = 16;

export function bundleLines(checked: CheckedBundle): string {
  const { about, createdAt, bundledBy, commits, log, problems } = checked;
  const by = bundledBy === null ? 'nobody' : `${bundledBy.principal} (${bundledBy.fingerprint})`;
  const lines = [
    about === null
      ? 'a bundle that nobody signed'
      : `${about}, bundled ${createdAt ?? ''} by ${by}`,
    ...commits.map(({ commit, status, signer, reason, subject }) => {
      const words = [commit.slice(0, COMMIT_WIDTH), status.padEnd(STATUS_WIDTH), subject];
      const why = [signer, reason].filter((each) => each !== null).join('; ');
      return `${words.join(' ')}${why === '' ? '' : `  ${why}`}`;
    }),
    `records: ${checked.records} exchanges are what the log holds; approvals: ${checked.approvals} signed lines`,
    log === null ? '' : `log: ${log.origin}, ${log.size} leaves`,
    ...checked.witnessed.map(
      ({ witness, size, at }) => `log: ${witness} saw its first ${size} leaves at ${at}`,
    ),
    `trusted signers: ${checked.trustedBy}`,
    ...problems.map(({ member, why }) => `${member}: ${why}`),
    checked.isOk
      ? 'the evidence holds; files and added lines are judged in the repository: aitrail verify'
      : 'the evidence does not hold',
  ];
  return `${lines
    .filter(Boolean)
    .map((line) => plainLine(line))
    .join('\n')}\n`;
}

export function bundleJson({ isOk, ...checked }: CheckedBundle): string {
  const document = { schema: 'aitrail.bundle-check/1', ok: isOk, ...checked };
  return `${JSON.stringify(document, null, 2)}\n`;
}
