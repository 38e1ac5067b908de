// Answers of the control socket: text, JSON, or a fault that the command throws again.
import type { ControlAnswer } from '../../daemon/control.ts';
import { isFault } from '../../model/fault.ts';
import { formatFault } from '../../model/fault-text.ts';

export const text = (body: string): Promise<ControlAnswer> =>
  Promise.resolve({ status: 200, body });

export async function answer(make: () => Promise<unknown>): Promise<ControlAnswer> {
  try {
    return { status: 200, body: JSON.stringify(await make()) };
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return { status: 409, body: formatFault(thrown) };
  }
}
