// While an agent runs, no process of the run shows a key in custody: not in its arguments, and in its environment only
// where the person put it there for aitrail itself. Uses the built program, and Linux's /proc.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isObject, isString, parseJson } from '../../src/model/json.ts';
import { makeWorld, type Model, startModel, type World } from './world.ts';

const SCRIPT = resolve('bin/aitrail.js');

// canaries: valid nowhere
const keyOf = (source: string): string => `real-${source}-${'k3yV4lue'.repeat(3)}`;
const PAT = ['github', '_pat_', 'k3yV4lue'.repeat(8)].join('');
const SOURCES = ['file', 'env', 'keyring', 'command'];
const VALUES = [...SOURCES.map(keyOf), PAT];

/** Asks each connection, and meanwhile writes down what every process of this run shows of itself. */
const AGENT = `
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
const read = (path) => { try { return readFileSync(path, 'latin1'); } catch { return ''; } };
const base = process.env.OPENAI_BASE_URL.replace(/\\/openai\\/v1$/, '');
const asked = ['anthropic/v1/messages', 'openai/v1/chat/completions',
  'gemini/v1beta/models/g:generateContent', 'copilot/chat/completions', 'github/user'].map((path) =>
  fetch(base + '/' + path, { method: 'POST', body: '{}', headers: {
    authorization: 'Bearer ' + (process.env.GH_TOKEN ?? process.env.COPILOT_GITHUB_TOKEN) } }));
const seen = {};
const home = 'HOME=' + process.env.HOME + '\\0';
for (let round = 0; round < 20; round += 1) {
  for (const pid of readdirSync('/proc').filter((name) => /^\\d+$/.test(name))) {
    const environ = read('/proc/' + pid + '/environ');
    if ((environ + '\\0').includes(home))
      seen[pid] = { environ, cmdline: read('/proc/' + pid + '/cmdline') };
  }
  await new Promise((resolve) => setTimeout(resolve, 10));
}
writeFileSync(process.argv[2], JSON.stringify({ own: process.pid, seen,
  said: await Promise.all(asked.map(async (reply) => (await reply).status)) }));
`;

let world: World;
let model: Model;

beforeAll(async () => {
  const made = makeWorld();
  model = await startModel((_, response) => void setTimeout(() => response.end('{}'), 300));
  const env = { ...made.caller.env, REAL_OPENAI: keyOf('env'), GH_TOKEN: PAT };
  world = { ...made, caller: { ...made.caller, env } };
  made.put('key.txt', `${keyOf('file')}\n`);
  made.put('helper.sh', `sleep 0.1; cat ${made.dir}/helped.txt\n`);
  made.put('helped.txt', keyOf('command'));
  made.put('agent.mjs', AGENT);
  world.configure(`connections:
  anthropic: { protocol: anthropic-messages, upstream: "${model.url}", credential: { file: "${made.dir}/key.txt" } }
  openai: { protocol: openai, upstream: "${model.url}", credential: { env: REAL_OPENAI } }
  gemini: { protocol: gemini, upstream: "${model.url}", credential: keyring }
  copilot: { protocol: openai, upstream: "${model.url}", credential: { env: GH_TOKEN } }
  github: { protocol: http, upstream: "${model.url}", credential: { command: "sh ${made.dir}/helper.sh" } }
`);
});

const aitrail = (words: readonly string[], input = '') =>
  spawnSync(process.execPath, [SCRIPT, ...words], {
    cwd: world.repo,
    env: world.caller.env,
    encoding: 'utf8',
    input,
  });

afterAll(async () => {
  aitrail(['proxy', 'stop']);
  await model.close();
  world.remove();
}, 30_000);

interface Shown {
  readonly environ: string;
  readonly cmdline: string;
}

function readShown(path: string): {
  readonly own: string;
  readonly all: ReadonlyMap<string, Shown>;
  readonly said: unknown;
} {
  const json = parseJson(readFileSync(path, 'utf8'));
  const { own, seen, said } = isObject(json) ? json : {};
  const all = new Map<string, Shown>();
  for (const [pid, one] of Object.entries(isObject(seen) ? seen : {}))
    if (isObject(one) && isString(one['environ']) && isString(one['cmdline']))
      all.set(pid, { environ: one['environ'], cmdline: one['cmdline'] });
  return { own: String(own), all, said };
}

const keysIn = (text: string): readonly string[] => VALUES.filter((value) => text.includes(value));

test.skipIf(!existsSync('/proc/self/environ'))(
  'four sources, a GitHub token among them: the model alone has the keys',
  async () => {
    const set = aitrail(['credentials', 'set', 'gemini'], keyOf('keyring'));
    expect(set.stderr + set.stdout).not.toContain(keyOf('keyring'));
    expect(set.status).toBe(0);
    const out = join(world.dir, 'shown.json');
    const words = [SCRIPT, 'run', '--', process.execPath, join(world.dir, 'agent.mjs'), out];
    const { env } = world.caller;
    // not waited for in this thread: the model answers from it
    const run = spawn(process.execPath, words, { cwd: world.repo, env, stdio: 'ignore' });
    const [status] = await once(run, 'close');
    expect(status).toBe(0);
    const { own, all, said } = readShown(out);
    expect(said).toEqual([200, 200, 200, 200, 200]);

    const headers = model.asked.map((asked) => JSON.stringify(asked.headers));
    for (const value of VALUES)
      expect(headers.filter((one) => one.includes(value))).toHaveLength(1);

    // run, daemon, agent
    expect(all.size).toBeGreaterThanOrEqual(3);
    for (const [pid, { cmdline, environ }] of all) {
      expect(keysIn(cmdline), cmdline).toEqual([]);
      // what the person keeps in variables, the programs have that the person, or the daemon, started: never the agent
      const allowed = pid === own ? [] : [keyOf('env'), PAT];
      expect(
        keysIn(environ).filter((key) => !allowed.includes(key)),
        cmdline,
      ).toEqual([]);
    }
    expect(keysIn(all.get(own)?.environ ?? '')).toEqual([]);
    expect(all.get(own)?.environ).toContain('COPILOT_GITHUB_TOKEN=');

    const kept = readdirSync(world.home, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'));
    expect(kept.length).toBeGreaterThan(3);
    expect(kept.flatMap(keysIn)).toEqual([]);
  },
  60_000,
);
