// `aitrail proxy status` as people read it.
import type { DaemonStatus } from '../model/daemon-status.ts';
import { plainLine } from './plain-text.ts';

/** The document of `--json`. */
export const statusDocument = (status: DaemonStatus): string =>
  `${JSON.stringify(
    {
      schema: 'aitrail.status/1',
      running: status.running,
      pid: status.pid,
      url: status.url,
      socket: status.socket,
      version: status.version,
      uptime_s: status.uptimeSeconds,
      sessions: status.sessions,
      exchanges: status.exchanges,
      store: status.store,
    },
    null,
    2,
  )}\n`;

export function statusLines(status: DaemonStatus): string {
  if (!status.running) return `not running\nstore      ${status.store}\n`;
  return [
    `running    pid ${String(status.pid)}, for ${formatSpan(status.uptimeSeconds)}, version ${status.version ?? ''}`,
    `proxy      ${status.url ?? ''}`,
    `recorded   ${count(status.exchanges, 'exchange')} in ${count(status.sessions, 'session')}`,
    `store      ${status.store}`,
    '',
  ].join('\n');
}

const count = (number: number, noun: string): string =>
  `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;

function formatSpan(seconds: number): string {
  if (seconds < 60) return `${String(Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${String(minutes)} min`;
  return `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}

export interface RunSummary {
  readonly sessions: readonly string[];
  readonly exchanges: number;
  readonly edits: number;
  readonly masked: number;
  readonly notices: readonly string[];
}

/** What `aitrail run` ends with: what rules decided, then what was recorded. */
export const runLines = (summary: RunSummary): string =>
  [...summary.notices.map((line) => `aitrail: ${plainLine(line)}\n`), summaryLine(summary)].join(
    '',
  );

function summaryLine({ sessions, exchanges, edits, masked }: RunSummary): string {
  if (exchanges === 0) return 'aitrail: nothing was recorded: no request came through the proxy\n';
  const parts = [count(exchanges, 'exchange'), count(edits, 'edit')];
  if (masked > 0) parts.push(`${count(masked, 'secret')} masked`);
  const where = sessions.length === 1 ? `aitrail show ${sessions[0] ?? ''}` : 'aitrail sessions';
  return `aitrail: recorded ${parts.join(', ')} (${where})\n`;
}
