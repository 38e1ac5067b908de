// doctor: what the gateway that this machine reports to has not got.
import type { Caller } from '../../model/caller.ts';
import type { Check } from '../../model/diagnosis.ts';
import { findReportingGateway, readReporting } from '../reporting/read-reporting.ts';
import { readStore } from '../show/read-store.ts';

export async function checkReporting(caller: Caller): Promise<Omit<Check, 'name'>> {
  const state =
    (await findReportingGateway(caller)) === null // most machines: no store is opened for it
      ? null
      : await readStore(caller, (store) => readReporting(caller, store));
  if (state === null)
    return { status: 'note', detail: 'this machine reports to no gateway by itself', fix: null };
  const { gateway, waiting, cosignedAt, problem } = state;
  const leaves = `${String(waiting)} ${waiting === 1 ? 'leaf' : 'leaves'}`;
  if (problem !== null)
    return {
      status: 'warn',
      detail: `${leaves} of the log to be sent to ${gateway}: ${problem.message} (${problem.code})`,
      fix: problem.fix,
    };
  return waiting === 0
    ? {
        status: 'ok',
        detail: `${gateway} has it all${cosignedAt === null ? '' : `, cosigned ${cosignedAt}`}`,
        fix: null,
      }
    : { status: 'note', detail: `${leaves} go to ${gateway} while the daemon runs`, fix: null };
}
