// The example that each command's --help shows is run as it stands there, ids aside, in a repository with a recorded
// session; what serves is started, seen to answer, and stopped.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Desk, openDesk } from '../docs/desk.ts';
import type { Ran } from '../e2e/sandbox.ts';
import { listCommands } from './listed-commands.ts';

const examples = listCommands();

/** What an example cannot do here, told by its code; its own exit status. */
const REFUSED: Readonly<Record<string, readonly [number, string]>> = {
  // the one who asks may not decide
  'approvals approve': [1, 'APPROVAL_SELF'],
  'approvals deny': [1, 'APPROVAL_SELF'],
  // no vault
  reveal: [1, 'VAULT_OFF'],
  // test/gateway starts it, beside a database, and logs in
  gateway: [2, 'CONFIG_UNREADABLE'],
  login: [3, 'GATEWAY_UNREACHABLE'],
  'log send': [1, 'NOT_LOGGED_IN'],
  logout: [1, 'NOT_LOGGED_IN'],
  whoami: [1, 'NOT_LOGGED_IN'],
};

/** Serves until it is told to end; it writes its address when it is ready. */
const untilReady = (command: string): string =>
  `rm -f ready; ${command} > ready & until grep -q http ready; do sleep 0.1; done; kill $! && wait $!`;

const INSTEAD: Readonly<Record<string, (command: string) => string>> = {
  ui: untilReady,
  'witness serve': (command) => untilReady(command.replace('7380', '0')),
  // a witness of our own, which knows our log
  'witness add': (command) => command.replace('KEY', '"$(cat own-log)"'),
  'log cosign': (command) =>
    `aitrail witness add "$(cat own-log)"; rm -f ready; aitrail witness serve > ready & until grep -q http ready; do sleep 0.1; done; ${command
      .replace('https://witness.example.com', '"$(cat ready)"')
      .replace('KEY', '"$(cat own-witness)"')}; status=$?; kill $! && wait $!; exit $status`,
  // after everything else a store of its own
  restore: (command) => `AITRAIL_HOME="$HOME/other" ${command}`,
};

/** They take away what others need. */
const LAST = ['sessions stop', 'identity rotate', 'identity revoke', 'proxy stop', 'uninstall'];

const rankOf = ({ name }: (typeof examples)[number]): number => LAST.indexOf(name);

let desk: Desk;
/** Ids as they stand in examples, and what they are here. */
const ids = new Map<string, string>();

const SET_UP = `set -e
aitrail init && aitrail identity trust
printf 'protect:\\n  - { paths: ["auth/**"], from: any, action: approve }\\n' > .aitrailrc.yaml
printf 'rules:\\n  - { name: shell, on: tool-call, match: "rm -rf", action: block }\\n' > strict.yaml
printf -- '- { path: auth/one, expect: approve }\\n' > policy-tests.yaml
printf '# Read me\\n' > README.md
git add -A && git commit -qm Rules && git push -q -u origin topic
aitrail run -- claude && git add -A && git commit -qm Agent
mkdir auth && echo one > auth/one && git add auth
aitrail scan --format sarif . > report.sarif || true
mkdir -p "$HOME/.ssh" && ssh-keygen -q -t ed25519 -N '' -f "$HOME/.ssh/id_ed25519"
printf 'not a key' > key.txt
aitrail log checkpoint > checkpoint.txt
aitrail log --json | sed -n 's/.*"vkey": "\\(.*\\)".*/\\1/p' > own-log
aitrail witness --json | sed -n 's/.*"vkey": "\\(.*\\)".*/\\1/p' > own-witness
`;

const sh = (script: string): Promise<Ran> =>
  desk.run('sh', ['-c', `cd '${desk.project}' || exit 9\n${script}`]);

/** The first member of that name in what a command answers. */
async function askFor(name: string, command: string): Promise<string> {
  const { stdout } = await sh(`${command} --json`);
  return new RegExp(`"${name}": "([^"]+)"`).exec(stdout)?.[1] ?? '';
}

beforeAll(async () => {
  desk = await openDesk();
  const ready = await sh(SET_UP);
  if (ready.exit !== 0) throw new Error(ready.stdout + ready.stderr);
  await sh('git commit -qm Auth');
  ids.set('a4k2m9x0pq', await askFor('id', 'aitrail approvals list'));
  ids.set('s0123456789', await askFor('id', 'aitrail sessions'));
  ids.set('EXCHANGE', /x[0-9a-z]{12}/.exec((await sh('aitrail show HEAD')).stdout)?.[0] ?? '');
  ids.set('SHA256:KEY', await askFor('fingerprint', 'aitrail identity show'));
}, 120_000);
afterAll(() => desk.close());

function commandOf(name: string, example: string): string {
  let command = `aitrail ${example}`;
  for (const [shown, id] of ids) command = command.replaceAll(shown, id);
  return INSTEAD[name]?.(command) ?? command;
}

test.each(examples.toSorted((a, b) => rankOf(a) - rankOf(b)))(
  'aitrail $example',
  async ({ name, example }) => {
    const ran = await sh(commandOf(name, example));
    const [exit, code] = REFUSED[name] ?? [0, ''];
    expect(ran.stdout + ran.stderr).not.toContain('\u001B');
    expect(ran, `${ran.stdout}${ran.stderr}`).toMatchObject({
      exit,
      stderr: expect.stringContaining(code),
    });
  },
);

const parsed = (text: string): unknown => JSON.parse(text);

/** They go in before what the shell reads. */
const withJson = (example: string): string =>
  example.replace(/ --out \S+/, '').replace(/^([^<]*?)( <.*)?$/, '$1 --json$2');

test.each(examples.filter(({ flags, name }) => flags.includes('--json') && !(name in INSTEAD)))(
  'aitrail $name --json, where colours are forced',
  async ({ name, example }) => {
    const colours = 'FORCE_COLOR=1 CLICOLOR_FORCE=1 ';
    const ran = await sh(colours + commandOf(name, withJson(example)));
    expect(ran.stdout + ran.stderr).not.toContain('\u001B');
    // who could not do it says nothing there
    const said = ran.stdout === '' && ran.exit !== 0 ? '{}' : ran.stdout;
    expect(() => parsed(said), ran.stdout).not.toThrow();
  },
);

test('no exception is of a command that is gone', () => {
  const names = new Set(examples.map(({ name }) => name));
  const excepted = [...Object.keys(REFUSED), ...Object.keys(INSTEAD), ...LAST];
  expect(excepted.filter((name) => !names.has(name))).toEqual([]);
});
