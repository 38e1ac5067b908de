// aitrail verify for people: one line a commit, then who was trusted and what it comes to.
import type { Verification } from '../model/verification.ts';
import { VERIFY_STATUSES } from '../model/verdict.ts';

const COMMIT_WIDTH = 12;
const STATUS_WIDTH = 16;
const SUBJECT_WIDTH = 48;

const GREEN = '\u001B[32m';
const RED = '\u001B[31m';
const DIM = '\u001B[2m';
const PLAIN = '\u001B[0m';

/** @returns whole lines. */
export function verifyLines(answer: Verification, isColour: boolean): string {
  const paint = (code: string, text: string): string =>
    isColour ? `${code}${text}${PLAIN}` : text;
  const lines = answer.verdicts.map((verdict) => {
    const { commit, status, signer, reason, subject } = verdict;
    const mark = status.padEnd(STATUS_WIDTH);
    const head = `${commit.slice(0, COMMIT_WIDTH)} ${paint(status === 'verified' ? GREEN : RED, mark)}`;
    const by = signer === null ? '' : `  ${safe(signer)}`;
    const why = reason === null ? '' : `\n${' '.repeat(COMMIT_WIDTH + 1)}${safe(reason)}`;
    return `${head} ${cut(safe(subject))}${paint(DIM, by)}${why}`;
  });
  const trusted = answer.trustedBy.map((name) => `trusted signers: ${safe(name)}`);
  const fetch = answer.fetch === null ? [] : [`notes are not fetched here yet: ${answer.fetch}`];
  return `${[...lines, ...trusted, sum(answer), ...fetch].join('\n')}\n`;
}

const cut = (text: string): string =>
  text.length > SUBJECT_WIDTH ? `${text.slice(0, SUBJECT_WIDTH - 1)}…` : text;

/** What others wrote must not move the cursor or turn the text round. */
const safe = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD');

function sum(answer: Verification): string {
  const total = answer.verdicts.length;
  if (total === 0) return 'no commits in this range';
  const counts = VERIFY_STATUSES.map((status) => ({
    status,
    count: answer.verdicts.filter((verdict) => verdict.status === status).length,
  })).filter(({ count }) => count > 0);
  const parts = counts.map(({ status, count }) => `${count} ${status}`).join(', ');
  return `${total} ${total === 1 ? 'commit' : 'commits'}: ${parts}`;
}

/** One JSON document. */
export const verifyJson = (answer: Verification): string =>
  `${JSON.stringify(
    {
      schema: 'aitrail.verify/1',
      ok: answer.isOk,
      trustedBy: answer.trustedBy,
      commits: answer.verdicts.map(({ commit, status, signer, reason }) => ({
        commit,
        status,
        signer,
        reason,
      })),
    },
    null,
    2,
  )}\n`;
