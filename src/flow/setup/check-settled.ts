// doctor: clients whose own settings lead here hang for minutes when nobody listens.
import { stateHome } from '../../config/places.ts';
import type { Caller } from '../../model/caller.ts';
import type { Check } from '../../model/diagnosis.ts';
import { findDaemon } from '../daemon/find-daemon.ts';
import { isGranted, isInPlace } from './put-settings.ts';
import { readSettled, type SettledAgent } from './settings-ledger.ts';

type Finding = Omit<Check, 'name'>;

/** The worst thing that is wrong, over all clients. */
export async function checkSettled(caller: Caller): Promise<Finding> {
  const settled = await readSettled(stateHome(caller.env));
  if (settled.length === 0)
    return { status: 'note', detail: 'no client has settings that lead here', fix: null };
  const daemon = await findDaemon(caller.env);
  const findings = await Promise.all(
    settled.map((one) => checkAgent(caller, one, daemon?.url ?? null)),
  );
  const found = ['fail', 'warn'].map((status) => findings.find((one) => one?.status === status));
  const agents = settled.map(({ agent }) => agent);
  return (
    found.find((one) => one !== undefined) ?? {
      status: 'ok',
      detail: `${[...new Set(agents)].join(', ')} ${agents.length > 1 ? 'are' : 'is'} led here by settings`,
      fix: null,
    }
  );
}

/** @returns null where all is well. */
async function checkAgent(
  caller: Caller,
  settled: SettledAgent,
  url: string | null,
): Promise<Finding | null> {
  const { agent, worktrees, changes } = settled;
  const fix = `cd ${worktrees[0] ?? '.'} && aitrail init --agent ${agent}`;
  if (settled.url !== null && settled.url !== url) return checkAddress(settled, url, fix);
  for (const change of changes)
    if (!(await isInPlace(change)))
      return { status: 'warn', detail: `${agent} is no longer led here by ${change.path}`, fix };
  if (settled.url === null || (await isGranted(caller, settled))) return null;
  return { status: 'fail', detail: `the session that ${fileOf(settled)} names is over`, fix };
}

function checkAddress(settled: SettledAgent, url: string | null, again: string): Finding {
  const led = `${settled.agent} is led to ${settled.url ?? ''} by ${fileOf(settled)}`;
  if (url !== null)
    return { status: 'fail', detail: `${led}, and aitrail is at ${url}`, fix: again };
  return {
    status: 'fail',
    detail: `${led}, and nobody listens there: it would hang`,
    fix: 'aitrail proxy start; or aitrail uninstall in the repositories that it was set up for',
  };
}

const fileOf = ({ changes }: SettledAgent): string =>
  changes.find(({ path }) => !path.endsWith('/info/exclude'))?.path ?? '';
