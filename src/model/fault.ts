// Every failure that a user can meet: a stable code, an exit status, and the next thing to do.
// Two kinds of throw exist in this program: a Fault (expected, printed as two lines) and a bug (anything else).
import { FAULTS, type FaultCode } from './faults.ts';

export type { FaultCode } from './faults.ts';

export interface FaultFacts {
  /** Replaces the table's hint where the case at hand knows a better next step. */
  readonly fix?: string;
  readonly cause?: unknown;
}

/**
 * An expected failure.
 *
 * `message` is lower case without a full stop, subject first, and never holds a secret.
 */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly exit: 1 | 2 | 3;
  readonly fix: string;

  constructor(code: FaultCode, message: string, facts: FaultFacts = {}) {
    super(message, facts.cause === undefined ? {} : { cause: facts.cause });
    this.name = 'Fault';
    this.code = code;
    this.exit = FAULTS[code].exit;
    this.fix = facts.fix ?? FAULTS[code].fix;
  }
}

/** By its shape: the hooks' bundle holds this class a second time, beside the modules that it loads. */
export const isFault = (thrown: unknown): thrown is Fault =>
  thrown instanceof Fault ||
  (thrown instanceof Error && thrown.name === 'Fault' && 'code' in thrown && 'fix' in thrown);
