// A hook refused a commit or a push: webhooks that ask for blocks hear of it, as they do of those in the stream.
import type { HookBlock } from '../commit/hook-work.ts';
import type { Recorder } from '../record/record-exchange.ts';
import { readPlace } from '../session/open-session.ts';

/** Never throws: the hook has answered, and its answer holds. */
export async function tellHookBlock(
  { policies, notifier, warn }: Pick<Recorder, 'policies' | 'notifier' | 'warn'>,
  { caller, hook, rule }: HookBlock,
): Promise<void> {
  try {
    const policy = await policies.of(null); // receivers are named by the user's and the organisation's files alone
    if (!policy.notify.some(({ on }) => on.includes('block'))) return;
    const place = await readPlace(caller);
    notifier.tell(policy, {
      on: 'block',
      subject: hook,
      rule,
      place,
      exchange: null,
      approval: null,
    });
  } catch (thrown) {
    warn(`notify: a refusal by ${hook} was not told: ${String(thrown)}`);
  }
}
