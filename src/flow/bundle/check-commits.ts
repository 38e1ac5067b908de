// Commits of a bundle: the object is what its id says, the note holds for it. Files, patch ids and whether lines were added
// need the repository, and are not judged here.
import { createHash } from 'node:crypto';
import type { OpenedBundle } from '../../attest/bundle-file.ts';
import { judgeNote } from '../../attest/judge-note.ts';
import type { Trust } from '../../attest/trust.ts';
import { parseCommit } from '../../git/commit-facts.ts';
import { linesOf } from '../../git/notes.ts';
import type { Checkpoint } from '../../log/checkpoint.ts';
import { isString } from '../../model/json.ts';
import type { Statement } from '../../model/statement.ts';
import type { CommitFacts, CommitVerdict, VerifyStatus } from '../../model/verdict.ts';
import { checkLogChain } from '../verify/check-log-chain.ts';
import { checkLog } from '../verify/check-log-proof.ts';
import { askWitnesses } from '../verify/witnessed.ts';
import { bytesOf, FOLDERS } from './bundle-members.ts';

export interface BundledCommit {
  readonly verdict: CommitVerdict;
  readonly subject: string;
  readonly facts: CommitFacts | null;
  /** Of those that are verified. */
  readonly statement: Statement | null;
  /** Of its log's proof; null where the statement is. */
  readonly checkpoint: Checkpoint | null;
}

/** In the order of their ids. */
export function checkCommits({ members }: OpenedBundle, trust: Trust): readonly BundledCommit[] {
  const commits = [...members]
    .filter(([name]) => name.startsWith(FOLDERS.commit))
    .map(([name, body]) => {
      const commit = name.slice(FOLDERS.commit.length);
      const note = members.get(`${FOLDERS.note}${commit}`);
      return judge(
        { commit, raw: bytesOf(body), lines: isString(note) ? linesOf(note) : [] },
        trust,
      );
    });
  const stated = commits.flatMap(({ facts, statement, checkpoint }) =>
    facts !== null && statement !== null && checkpoint !== null
      ? [{ facts, statement, checkpoint }]
      : [],
  );
  const chain = checkLogChain(stated);
  return commits.map((each) => {
    const why = chain.get(each.verdict.commit);
    return why === undefined ? each : refuse(each, 'unlogged', why);
  });
}

const refuse = (each: BundledCommit, status: VerifyStatus, reason: string): BundledCommit => ({
  ...each,
  verdict: { ...each.verdict, status, reason },
  statement: null,
  checkpoint: null,
});

interface Given {
  readonly commit: string;
  readonly raw: Buffer;
  readonly lines: readonly string[];
}

function judge({ commit, raw, lines }: Given, trust: Trust): BundledCommit {
  const verdict = { commit, status: 'malformed', signer: null, reason: null } as const;
  const nothing = { verdict, subject: '', facts: null, statement: null, checkpoint: null };
  if (idOf(raw, commit.length) !== commit)
    return refuse(nothing, 'malformed', 'the object is another than its id says');
  const reading = parseCommit({ oid: commit, type: 'commit', bytes: raw });
  if (reading.kind === 'absent') return nothing;
  if (reading.kind === 'malformed') return refuse(nothing, 'malformed', reading.why);
  const { facts } = reading;
  const question = { facts, trust, atMs: Date.now(), ...askWitnesses(commit, lines, trust) };
  const { best } = judgeNote(lines, question);
  const known = { ...nothing, subject: facts.subject, facts };
  if (best === null) return { ...known, verdict: { ...verdict, status: 'missing' } };
  const { status, signer, reason, statement, signed } = best;
  const judged = { ...known, verdict: { commit, status, signer, reason } };
  if (status !== 'verified' || statement === null || signed === null) return judged;
  const logged = checkLog(commit, statement.predicate, signed);
  return logged.kind === 'logged'
    ? { ...judged, statement, checkpoint: logged.checkpoint }
    : refuse(judged, 'unlogged', logged.why);
}

/** git's name for the object. @param digits of the id: SHA-1 or SHA-256. */
const idOf = (raw: Buffer, digits: number): string =>
  createHash(digits === 64 ? 'sha256' : 'sha1')
    .update(`commit ${raw.length}\0`)
    .update(raw)
    .digest('hex');
