// Two networks of their own on one machine, for a test: a runner that has a way to this machine and to nothing else, and what
// lies outside, to which this machine has a way. Needs root and `ip`; no firewall: there simply is no other route.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

const TOOLS = ['setpriv', 'curl', 'wget', 'git'];

/** Why there can be none here; null: there can. */
export function findObstacle(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs Linux and root';
  const name = `aitrail-probe-${String(process.pid)}`;
  const made = spawnSync('ip', ['netns', 'add', name]);
  if (made.status !== 0) return 'needs network namespaces (ip netns)';
  spawnSync('ip', ['netns', 'del', name]);
  const missing = TOOLS.find((tool) => spawnSync(tool, ['--version']).status !== 0);
  return missing === undefined ? null : `needs ${missing}`;
}

export interface Ran {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Networks {
  /** Address of this machine that the runner has a way to. */
  readonly here: string;
  /** Address outside. */
  readonly outside: string;
  /** As a user without rights, on the runner. */
  readonly run: (
    env: Readonly<Record<string, string>>,
    ...words: readonly string[]
  ) => Promise<Ran>;
  /** The command that a process outside begins with. */
  readonly enterOutside: readonly string[];
  readonly close: () => void;
}

const NOBODY = '65534';

const ip = (...words: readonly string[]): void => void execFileSync('ip', words);
const enter = (name: string): readonly string[] => ['ip', 'netns', 'exec', name];

export function makeNetworks(): Networks {
  const tag = `at${String(process.pid % 10_000)}`;
  const subnet = `10.203.${String(process.pid % 250)}`;
  const sides = [
    { name: `${tag}-run`, link: `${tag}r`, own: `${subnet}.1`, theirs: `${subnet}.2` },
    { name: `${tag}-out`, link: `${tag}o`, own: `${subnet}.5`, theirs: `${subnet}.6` },
  ] as const;
  for (const { name, link, own, theirs } of sides) {
    ip('netns', 'add', name);
    ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'gw', 'netns', name);
    ip('address', 'add', `${own}/30`, 'dev', link);
    ip('link', 'set', link, 'up');
    ip('-n', name, 'address', 'add', `${theirs}/30`, 'dev', 'gw');
    ip('-n', name, 'link', 'set', 'gw', 'up');
    ip('-n', name, 'link', 'set', 'lo', 'up');
  }
  const [runner, outside] = sides;
  const drop = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  return {
    here: runner.own,
    outside: outside.theirs,
    run: async (env, ...words) => {
      const [command = '', ...args] = [...enter(runner.name), ...drop, ...words];
      const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const ended = once(child, 'close');
      const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
      await ended;
      return { exit: child.exitCode, out, err };
    },
    enterOutside: enter(outside.name),
    close: () => {
      for (const { name } of sides) ip('netns', 'del', name);
    },
  };
}
