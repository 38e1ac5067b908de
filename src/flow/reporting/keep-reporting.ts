// The daemon reports by itself while nobody waits for it: what the log has grown by goes to the gateway, and what cannot go
// now goes later. Nothing but the log is a queue, so that nothing is lost with the process.
import { setTimeout as sleep } from 'node:timers/promises';
import type { WriteLog } from '../../daemon/log-file.ts';
import type { Caller } from '../../model/caller.ts';
import { isFault } from '../../model/fault.ts';
import type { ReportingProblem } from '../../model/reporting.ts';
import type { Store } from '../../store/store.ts';
import { findReportingGateway } from './read-reporting.ts';
import { keepReached, readReached } from './report-state.ts';
import { sendReport } from './send-report.ts';

export interface ReportingWork {
  readonly caller: Caller;
  readonly store: Store;
  readonly log: WriteLog;
  /** Between two looks. Default 10 s. */
  readonly lookMs?: number;
}

const LOOK_MS = 10_000;
const BREATH_MS = 50;
const BACK_OFF_MAX_MS = 300_000;

/**
 * How long to leave a gateway alone that did not take a report.
 *
 * @param failures in a row. @param chance in [0, 1): laptops that lost the same gateway do not come back in step.
 */
export const backOffMs = (failures: number, chance: number): number =>
  Math.min(BACK_OFF_MAX_MS, LOOK_MS * 2 ** Math.min(failures, 10)) * (0.75 + chance / 4);

interface Standing {
  /** Leaves that the gateway has got; -1: not known. */
  size: number;
  gateway: string | null;
  failures: number;
  /** What was said last of why nothing goes. */
  said: string;
}

/** Ends when told to. Never throws: what fails stands in the state directory for `doctor`, and is tried again. */
export async function keepReporting(work: ReportingWork, stop: AbortSignal): Promise<void> {
  const { lookMs = LOOK_MS } = work;
  const standing: Standing = { size: -1, gateway: null, failures: 0, said: '' };
  while (!stop.aborted) {
    await look(work, standing, stop);
    const { failures } = standing;
    const waitMs =
      failures === 0 ? lookMs : (backOffMs(failures, Math.random()) * lookMs) / LOOK_MS;
    await sleep(waitMs, undefined, { ref: false, signal: stop }).catch(() => {}); // told to end
  }
}

async function look(work: ReportingWork, standing: Standing, stop: AbortSignal): Promise<void> {
  const { caller, store, log } = work;
  try {
    const gateway = await findReportingGateway(caller);
    if (gateway !== standing.gateway) Object.assign(standing, { gateway, size: -1 });
    if (gateway === null || (await store.logSize()) === standing.size) return;
    const options = { gateway, signal: stop, breathMs: BREATH_MS };
    const { size, sent } = await sendReport(caller, store, options);
    Object.assign(standing, { size, failures: 0, said: '' });
    log(`reported to ${gateway}: ${String(size)} leaves cosigned, ${String(sent)} new records`);
  } catch (thrown) {
    if (stop.aborted) return;
    standing.failures += 1;
    await tell(work, standing, problemOf(thrown, standing.gateway));
  }
}

const problemOf = (thrown: unknown, gateway: string | null): ReportingProblem => ({
  at: new Date().toISOString(),
  code: isFault(thrown) ? thrown.code : 'UNEXPECTED',
  message: thrown instanceof Error ? thrown.message : String(thrown),
  fix: fixOf(thrown, gateway),
});

function fixOf(thrown: unknown, gateway: string | null): string {
  if (!isFault(thrown)) return 'read aitrail proxy logs';
  const isOut = thrown.code === 'NOT_LOGGED_IN' && gateway !== null;
  return isOut ? `log in: aitrail login ${gateway}` : thrown.fix;
}

/** Once for each reason in the daemon's log. */
async function tell(
  { caller, store, log }: ReportingWork,
  standing: Standing,
  problem: ReportingProblem,
): Promise<void> {
  const { gateway } = standing;
  const line = `not reported: ${problem.message} (${problem.code})`;
  if (line !== standing.said) log(line);
  standing.said = line;
  if (gateway === null) return;
  try {
    const queue = { gateway, origin: (await store.signCheckpoint()).origin };
    await keepReached(caller, queue, { ...(await readReached(caller, queue)), problem });
  } catch (thrown) {
    log(`why nothing is reported cannot be kept: ${String(thrown)}`);
  }
}
