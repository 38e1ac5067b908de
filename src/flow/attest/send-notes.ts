// Notes sent by themselves, where no push of a branch carries them: from CI, after a forge has merged.
import { runGit } from '../../git/run-git.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { openFallbackWorld } from '../commit/fallback-world.ts';
import { withHookWork } from '../commit/hook-work.ts';
import { pushNotes } from './push-notes.ts';

/** @param remote by name. @throws Fault NOTES_NOT_SENT, USAGE. */
export async function sendNotes(caller: Caller, remote: string): Promise<void> {
  const asked = await runGit(caller, ['remote', 'get-url', '--push', '--', remote], {
    okExits: [0, 2, 128],
  });
  if (asked.exit !== 0) throw new Fault('USAGE', `--push: there is no remote ${remote}`);
  const url = asked.stdout.toString('utf8').trim();
  const world = openFallbackWorld(caller, false);
  try {
    await withHookWork(caller, world, async (work) => {
      if (!work.policy.notes.push)
        throw new Fault('NOTES_NOT_SENT', 'notes: { push: false } keeps the notes here', {
          fix: 'set notes: { push: true }, or leave --push out',
        });
      // whatever the branch is: it stands for one that is pushed
      const refs = [{ localRef: 'HEAD', localOid: 'HEAD', remoteRef: 'HEAD', remoteOid: null }];
      const notice = await pushNotes(work, { remote, url, refs });
      if (notice?.kind === 'text') throw new Fault('NOTES_NOT_SENT', notice.text);
    });
  } finally {
    await world.close();
  }
}
