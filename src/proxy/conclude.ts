// What the client still gets once its reply has passed, or could not.
import { Fault } from '../model/fault.ts';
import type { Refusal, ReplyTap, Visit } from './door.ts';
import type { Outlet } from './outlet.ts';
import type { Passed } from './pump.ts';
import { describeFailure, plainRefusal, stoppedRefusal } from './refuse.ts';

export async function conclude(
  passed: Passed,
  tap: ReplyTap,
  { outlet, visit }: { readonly outlet: Outlet; readonly visit: Visit },
): Promise<void> {
  switch (passed.kind) {
    case 'complete':
      return outlet.end();
    case 'cut':
      return outlet.cut(); // the client sees what we saw: a reply without its end
    case 'gone':
      return settleQuietly(tap, 'client-abort');
    case 'failed': {
      await settleQuietly(tap, 'refused');
      const bytes = outlet.isStream ? tap.failure(passed.thrown) : null;
      if (bytes === null)
        return outlet.refuse(
          visit.stop.aborted ? stoppedRefusal(visit) : storeRefusal(passed.thrown, visit),
        );
      void outlet.write(bytes);
      return outlet.end();
    }
  }
}

async function settleQuietly(tap: ReplyTap, ending: 'client-abort' | 'refused'): Promise<void> {
  try {
    await tap.settle(ending);
  } catch {
    // whoever could be told is told: the client by a broken reply, the person by the recorder's log
  }
}

const storeRefusal = (thrown: unknown, visit: Visit): Refusal => ({
  ...plainRefusal(503, thrown instanceof Fault ? thrown.code : 'BUG', describeFailure(thrown)),
  format: visit.format,
});
