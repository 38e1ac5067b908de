// Every command, in the order of `aitrail --help`. Each file is loaded only when its command is typed.
import type { CommandSpec } from './command.ts';
import { readFaces, type Faces } from './faces.ts';

interface Entry {
  readonly name: string;
  /** For a name that has verbs of its own below it. */
  readonly summary?: string;
  readonly load: () => Promise<readonly CommandSpec[]>;
}

export const COMMANDS: readonly Entry[] = [
  { name: 'init', load: async () => (await import('./init.ts')).commands },
  { name: 'uninstall', load: async () => (await import('./uninstall.ts')).commands },
  { name: 'run', load: async () => (await import('./run.ts')).commands },
  { name: 'env', load: async () => (await import('./env.ts')).commands },
  {
    name: 'proxy',
    summary: 'start, stop and look at the background process that records',
    load: async () => (await import('./proxy.ts')).commands,
  },
  { name: 'blame', load: async () => [(await import('./blame.ts')).command] },
  { name: 'stats', load: async () => (await import('./stats.ts')).commands },
  { name: 'policy', load: async () => (await import('./policy.ts')).commands },
  { name: 'approvals', load: async () => (await import('./approvals.ts')).commands },
  { name: 'attribute', load: async () => (await import('./attribute.ts')).commands },
  { name: 'verify', load: async () => (await import('./verify.ts')).commands },
  { name: 'bundle', load: async () => [(await import('./bundle.ts')).command] },
  { name: 'audit', load: async () => (await import('./audit.ts')).commands },
  { name: 'identity', load: async () => (await import('./identity.ts')).commands },
  {
    name: 'credentials',
    summary: 'keep the keys of upstreams where no agent reads them',
    load: async () => (await import('./credentials.ts')).commands,
  },
  { name: 'hook', load: async () => (await import('./hook.ts')).commands },
  { name: 'sessions', load: async () => (await import('./sessions.ts')).commands },
  { name: 'search', load: async () => [(await import('./search.ts')).command] },
  { name: 'show', load: async () => (await import('./show.ts')).commands },
  { name: 'export', load: async () => [(await import('./export.ts')).command] },
  { name: 'prune', load: async () => (await import('./prune.ts')).commands },
  { name: 'erase', load: async () => (await import('./erase.ts')).commands },
  { name: 'backup', load: async () => (await import('./backup.ts')).commands },
  { name: 'restore', load: async () => (await import('./restore.ts')).commands },
  { name: 'replay', load: async () => (await import('./replay.ts')).commands },
  { name: 'ui', load: async () => (await import('./ui.ts')).commands },
  {
    name: 'log',
    summary: 'check the append-only log of recordings, and prove entries of it',
    load: async () => (await import('./log.ts')).commands,
  },
  { name: 'gateway', load: async () => [(await import('./gateway.ts')).command] },
  { name: 'login', load: async () => [(await import('./login.ts')).login] },
  { name: 'logout', load: async () => [(await import('./login.ts')).logout] },
  { name: 'whoami', load: async () => [(await import('./login.ts')).whoami] },
  { name: 'witness', load: async () => (await import('./witness.ts')).commands },
  { name: 'report', load: async () => (await import('./report.ts')).commands },
  { name: 'incident', load: async () => (await import('./incident.ts')).commands },
  { name: 'reveal', load: async () => (await import('./reveal.ts')).commands },
  { name: 'doctor', load: async () => (await import('./doctor.ts')).commands },
  { name: 'demo', load: async () => (await import('./demo.ts')).commands },
  { name: 'trace', load: async () => (await import('./trace.ts')).commands },
  { name: 'scan', load: async () => [(await import('./scan.ts')).command] },
  {
    name: 'completion',
    load: async () => (await import('./completion.ts')).completionCommands(loadFaces),
  },
];

/** Every command that there is, with what each does. */
export const loadAll = async (): Promise<Faces & { readonly specs: readonly CommandSpec[] }> => ({
  specs: (await Promise.all(COMMANDS.map((entry) => entry.load()))).flat(),
  summaries: new Map(COMMANDS.map(({ name, summary = '' }) => [name, summary])),
});

/** Every command that there is, for those who list or complete them. */
export const loadFaces = (): Promise<Faces> => readFaces(loadAll);
