// What PostgreSQL's errors mean: to be tried again, for the user to act on, or a bug of ours.
// Codes: www.postgresql.org/docs/current/errcodes-appendix.html
import { Fault, type FaultCode, isFault } from '../../model/fault.ts';

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';

/** Neither party is wrong: serialisation failure, deadlock, a table that another instance has just made (a transaction
 *  that began before may not know it yet). */
export const isRace = (thrown: unknown): boolean =>
  ['40001', '40P01', '42P07'].includes(codeOf(thrown));

const SYSTEM = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'ENOTFOUND']);
/** crash, shutdown, starting up, too many connections */
const AWAY = new Set(['57P01', '57P02', '57P03', '53300']);

/** The connection is gone or there is none yet: whether the last statement was committed is not known. */
export function isLost(thrown: unknown): boolean {
  const code = codeOf(thrown);
  if (code.startsWith('08') || AWAY.has(code) || SYSTEM.has(code)) return true;
  // pg's own words where a socket ends in the middle
  return (
    thrown instanceof Error && code === '' && /^(connection|timeout|client)\b/i.test(thrown.message)
  );
}

const FAULT_OF: Readonly<Record<string, FaultCode>> = {
  '2201B': 'QUERY_INVALID', // regular expression: a pattern's [z-a]
  '25006': 'STORE_LOCKED', // read-only transaction
  '28000': 'STORE_REFUSED', // no such role
  '28P01': 'STORE_REFUSED', // wrong password
  '3D000': 'STORE_REFUSED', // no such database
  '42501': 'STORE_REFUSED', // no privilege
  '53100': 'STORE_FULL', // disk full
  '55P03': 'STORE_LOCKED', // lock not available
  '57014': 'STORE_UNREACHABLE', // statement timeout
};

/** @returns a Fault for what a user can act on; everything else as it is. */
export function refine(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || isFault(thrown)) return thrown;
  if (isLost(thrown))
    return new Fault('STORE_UNREACHABLE', `store: ${wordsOf(thrown)}`, { cause: thrown });
  const code = FAULT_OF[codeOf(thrown)];
  return code === undefined
    ? thrown
    : new Fault(code, `store: ${thrown.message}`, { cause: thrown });
}

/** A refused connection has no message of its own where a name has several addresses. */
const wordsOf = (error: Error): string =>
  error.message === '' ? codeOf(error) || 'the server cannot be reached' : error.message;
