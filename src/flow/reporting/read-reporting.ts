// Where this machine reports to by itself, and what it has still to send.
import type { Caller } from '../../model/caller.ts';
import type { ReportingState } from '../../model/reporting.ts';
import type { Store } from '../../store/store.ts';
import { readTeamPlaces } from '../record/team-places.ts';
import { readReached } from './report-state.ts';

/**
 * @returns null where no file names a gateway to report to, and where recordings lie in a team's store anyway.
 * @throws Fault of the configuration.
 */
export async function findReportingGateway(caller: Caller): Promise<string | null> {
  const places = await readTeamPlaces(caller, 'reporting');
  return places === null || places.store !== null ? null : places.reporting;
}

/** @returns null as findReportingGateway does. */
export async function readReporting(
  caller: Caller,
  store: Pick<Store, 'signCheckpoint'>,
): Promise<ReportingState | null> {
  const gateway = await findReportingGateway(caller);
  if (gateway === null) return null;
  const { origin, size } = await store.signCheckpoint();
  const { next, cosignedAt, problem } = await readReached(caller, { gateway, origin });
  return { gateway, waiting: Math.max(0, size - next), cosignedAt, problem };
}
