// In CI: attests who reviewed each commit of a range on the forge, by the job's key, beside the commit's own envelope.
import { joinEnvelope } from '../../attest/sign-statement.ts';
import { signReview } from '../../attest/review-envelope.ts';
import { writeNotes, type NoteDraft } from '../../git/notes-write.ts';
import { openObjects } from '../../git/objects.ts';
import { openRepository } from '../../git/open-repository.ts';
import { openForge } from '../../identity/forge-reviews.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { openSigner } from './open-signer.ts';
import { resolveTarget } from '../verify/verify-target.ts';

/**
 * @param range as `aitrail attribute`'s.
 * @returns how many commits; null where this is no job with a token of its forge.
 * @throws Fault FORGE_UNREACHABLE, NO_SIGNER and others of exit 3.
 */
export async function attestReviews(caller: Caller, range: string | null): Promise<number | null> {
  const forge = openForge(caller.env);
  if (forge === null) return null;
  const repository = await openRepository(caller);
  const objects = openObjects(caller);
  try {
    const { commits } = await resolveTarget(repository, objects, range);
    const signer = await openSigner(caller, await loadPolicy(caller, repository));
    const drafts: NoteDraft[] = [];
    for (const commit of commits) {
      const changes = await forge.findChanges(commit).catch((cause: unknown) => {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new Fault('FORGE_UNREACHABLE', `${forge.forge}: ${why}`, { cause });
      });
      const facts = { commit, forge: forge.forge, repository: forge.repository, changes };
      const line = await signReview({ ...facts, attestedAt: new Date().toISOString() }, signer);
      drafts.push({ commit, text: `${line}\n`, join: joinEnvelope });
    }
    await writeNotes(repository, drafts, { objects });
    return drafts.length;
  } finally {
    objects.close();
  }
}
