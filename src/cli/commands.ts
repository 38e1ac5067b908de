// Every command, in the order of `aitrail --help`. Each file is loaded only when its command is typed.
import type { CommandSpec } from './command.ts';
import { readFaces, type Faces } from './faces.ts';

interface Entry {
  readonly name: string;
  /** Heading in `--help`, in the order of first use. */
  readonly group: string;
  /** For a name that has verbs of its own below it. */
  readonly summary?: string;
  readonly load: () => Promise<readonly CommandSpec[]>;
}

export const COMMANDS: readonly Entry[] = [
  { name: 'init', group: 'Set up', load: async () => (await import('./init.ts')).commands },
  {
    name: 'uninstall',
    group: 'Set up',
    load: async () => (await import('./uninstall.ts')).commands,
  },
  { name: 'doctor', group: 'Set up', load: async () => (await import('./doctor.ts')).commands },
  { name: 'demo', group: 'Set up', load: async () => (await import('./demo.ts')).commands },
  {
    name: 'completion',
    group: 'Set up',
    load: async () => (await import('./completion.ts')).completionCommands(loadFaces),
  },
  { name: 'run', group: 'Record', load: async () => (await import('./run.ts')).commands },
  { name: 'env', group: 'Record', load: async () => (await import('./env.ts')).commands },
  {
    name: 'proxy',
    group: 'Record',
    summary: 'start, stop and look at the background process that records',
    load: async () => (await import('./proxy.ts')).commands,
  },
  { name: 'sessions', group: 'Record', load: async () => (await import('./sessions.ts')).commands },
  {
    name: 'blame',
    group: 'From a line to its prompt',
    load: async () => [(await import('./blame.ts')).command],
  },
  {
    name: 'show',
    group: 'From a line to its prompt',
    load: async () => (await import('./show.ts')).commands,
  },
  {
    name: 'replay',
    group: 'From a line to its prompt',
    load: async () => (await import('./replay.ts')).commands,
  },
  {
    name: 'search',
    group: 'From a line to its prompt',
    load: async () => [(await import('./search.ts')).command],
  },
  {
    name: 'ui',
    group: 'From a line to its prompt',
    load: async () => (await import('./ui.ts')).commands,
  },
  {
    name: 'stats',
    group: 'From a line to its prompt',
    load: async () => (await import('./stats.ts')).commands,
  },
  {
    name: 'trace',
    group: 'From a line to its prompt',
    load: async () => (await import('./trace.ts')).commands,
  },
  {
    name: 'attribute',
    group: 'Sign and check',
    load: async () => (await import('./attribute.ts')).commands,
  },
  {
    name: 'verify',
    group: 'Sign and check',
    load: async () => (await import('./verify.ts')).commands,
  },
  {
    name: 'audit',
    group: 'Sign and check',
    load: async () => (await import('./audit.ts')).commands,
  },
  {
    name: 'bundle',
    group: 'Sign and check',
    load: async () => [(await import('./bundle.ts')).command],
  },
  {
    name: 'identity',
    group: 'Sign and check',
    load: async () => (await import('./identity.ts')).commands,
  },
  {
    name: 'log',
    group: 'Sign and check',
    summary: 'check the append-only log of recordings, and prove entries of it',
    load: async () => (await import('./log.ts')).commands,
  },
  {
    name: 'witness',
    group: 'Sign and check',
    load: async () => (await import('./witness.ts')).commands,
  },
  {
    name: 'policy',
    group: 'Guard',
    summary: 'check policies, and say what they do to a file, a commit or old recordings',
    load: async () => (await import('./policy.ts')).commands,
  },
  {
    name: 'approvals',
    group: 'Guard',
    load: async () => (await import('./approvals.ts')).commands,
  },
  { name: 'scan', group: 'Guard', load: async () => [(await import('./scan.ts')).command] },
  { name: 'incident', group: 'Guard', load: async () => (await import('./incident.ts')).commands },
  { name: 'reveal', group: 'Guard', load: async () => (await import('./reveal.ts')).commands },
  {
    name: 'credentials',
    group: 'Guard',
    summary: 'keep the keys of upstreams where no agent reads them',
    load: async () => (await import('./credentials.ts')).commands,
  },
  {
    name: 'export',
    group: 'Keep and hand over',
    load: async () => [(await import('./export.ts')).command],
  },
  {
    name: 'report',
    group: 'Keep and hand over',
    load: async () => (await import('./report.ts')).commands,
  },
  {
    name: 'prune',
    group: 'Keep and hand over',
    load: async () => (await import('./prune.ts')).commands,
  },
  {
    name: 'erase',
    group: 'Keep and hand over',
    load: async () => (await import('./erase.ts')).commands,
  },
  {
    name: 'backup',
    group: 'Keep and hand over',
    load: async () => (await import('./backup.ts')).commands,
  },
  {
    name: 'restore',
    group: 'Keep and hand over',
    load: async () => (await import('./restore.ts')).commands,
  },
  {
    name: 'gateway',
    group: 'Work as a team',
    load: async () => [(await import('./gateway.ts')).command],
  },
  {
    name: 'login',
    group: 'Work as a team',
    load: async () => [(await import('./login.ts')).login],
  },
  {
    name: 'logout',
    group: 'Work as a team',
    load: async () => [(await import('./login.ts')).logout],
  },
  {
    name: 'whoami',
    group: 'Work as a team',
    load: async () => [(await import('./login.ts')).whoami],
  },
  { name: 'hook', group: 'Called by git', load: async () => (await import('./hook.ts')).commands },
];

/** Every command that there is, with what each does. */
export const loadAll = async (): Promise<Faces & { readonly specs: readonly CommandSpec[] }> => ({
  specs: (await Promise.all(COMMANDS.map((entry) => entry.load()))).flat(),
  summaries: new Map(COMMANDS.map(({ name, summary = '' }) => [name, summary])),
});

/** Every command that there is, for those who list or complete them. */
export const loadFaces = (): Promise<Faces> => readFaces(loadAll);
