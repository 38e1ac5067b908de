// aitrail audit: every signed note of a range against the recordings of this machine.
import { readCommitFacts } from '../../git/commit-facts.ts';
import { openObjects } from '../../git/objects.ts';
import { openRepository } from '../../git/open-repository.ts';
import type { Audit, AuditedCommit } from '../../model/audit.ts';
import type { Caller } from '../../model/caller.ts';
import { openRecords } from '../record/open-records.ts';
import { auditCommit } from './audit-commit.ts';
import { readStatements } from './commit-notes.ts';
import { resolveTarget } from '../verify/verify-target.ts';

/**
 * @param range `A..B`, one revision, or null for HEAD.
 * @param onStep is told before each commit.
 * @throws Fault STORE_UNREADABLE, NO_SUCH_REVISION, OBJECTS_MISSING.
 */
export async function auditRange(
  caller: Caller,
  range: string | null,
  onStep: (done: number, all: number) => void = () => undefined,
): Promise<Audit> {
  const repository = await openRepository(caller);
  const store = await openRecords(caller, { mode: 'read' });
  const objects = openObjects(caller);
  try {
    const { commits } = await resolveTarget(repository, objects, range);
    const work = { repository, objects, store, key: await store.readKey() };
    const statements = await readStatements(work, commits);
    const audited: AuditedCommit[] = [];
    for (const commit of commits) {
      onStep(audited.length, commits.length);
      const reading = await readCommitFacts(objects, commit);
      const subject = reading.kind === 'commit' ? reading.facts.subject : '';
      const statement = statements.get(commit);
      const lines =
        statement === undefined
          ? { agreed: 0, findings: [] }
          : await auditCommit(work, commit, statement);
      audited.push({ commit, subject, isAttested: statement !== undefined, ...lines });
    }
    return { commits: audited };
  } finally {
    objects.close();
    await store.close();
  }
}
