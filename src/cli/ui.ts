// aitrail ui: recordings, blame and approvals in a browser on this machine.
import type { CommandSpec } from './command.ts';
import { PAGE_OPTIONS, servePages } from './serve-pages.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'ui',
    isReading: true,
    usage: '',
    summary: 'show sessions, replays, files, approvals and statistics in a browser',
    options: PAGE_OPTIONS,
    example: 'ui --no-open',
    run: (call) => servePages(call, '/'),
  },
];
