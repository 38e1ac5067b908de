// Row P9: the verbs that unlock something refuse for agents and leave a record, with and without a daemon that holds the
// store. Every verb of the table that the program has is asked, under every variable that says an agent is asking.
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import type { CommandSpec, Terminal } from '../../src/cli/command.ts';
import { checkLog } from '../../src/flow/log/check-log.ts';
import { recordEvent } from '../../src/flow/session/record-event.ts';
import { AGENT_VARIABLES, SESSION_VARIABLE } from '../../src/model/agent-signals.ts';
import { makeWorld, type Service, startService, withStore, type World } from '../daemon/world.ts';

/** DECISIONS 5. */
const UNLOCKING = [
  'reveal',
  'approvals approve',
  'approvals deny',
  'approvals break-glass',
  'prune',
  'erase',
  'credentials set',
  'credentials remove',
  'identity trust',
  'identity rotate',
  'identity revoke',
  'sessions release',
  'restore',
];
const NOTED = ['identity show', 'uninstall', 'proxy stop'];
/** For each verb and variable the store is opened and closed, on a busy machine too. */
const MANY_MS = 60_000;
const VARIABLES = [SESSION_VARIABLE, ...AGENT_VARIABLES];

const silent: Terminal = {
  write: () => undefined,
  writeBytes: () => undefined,
  note: () => undefined,
  progress: () => undefined,
  isColour: false,
  isTty: false,
  isInteractive: false,
};

let world: World;
let specs: readonly CommandSpec[] = [];

beforeAll(async () => {
  world = makeWorld();
  specs = (await Promise.all(COMMANDS.map(({ load }) => load()))).flat();
});
afterAll(() => world.remove());

test('a record that somebody edits no longer fits its leaf', async () => {
  const edited = makeWorld();
  const detail = { verb: 'reveal' };
  await recordEvent(edited.caller, { kind: 'refused', atMs: 1, detail });
  const file = new DatabaseSync(join(edited.home, 'store.db'));
  file.exec(`UPDATE events SET detail = '{"verb":"log"}'`);
  file.close();
  await expect(checkLog(edited.caller)).rejects.toMatchObject({ code: 'LOG_BROKEN' });
  edited.remove();
});

const here = (names: readonly string[]) => specs.filter(({ name }) => names.includes(name));
const countEvents = () =>
  withStore(world, async (store) => (await store.listEvents({ limit: 1000 })).length);
const lastEvent = () =>
  withStore(world, async (store) => (await store.listEvents({ limit: 1 }))[0]);

const run = (spec: CommandSpec, variables: Readonly<Record<string, string>>) => {
  const caller = { ...world.caller, env: { ...world.caller.env, ...variables } };
  return spec.run({ caller, words: ['word'], options: {}, out: silent });
};

describe.each([[false], [true]])('daemon: %s', (isServed) => {
  let service: Service | null = null;
  beforeAll(async () => {
    service = isServed ? await startService(world) : null;
  });
  afterAll(async () => service?.stop());

  test(
    'every unlocking verb under every variable: refused, a record each',
    async () => {
      const verbs = here(UNLOCKING);
      expect(verbs.length).toBeGreaterThan(3);
      for (const spec of verbs)
        for (const variable of VARIABLES) {
          const before = await countEvents();
          await expect(run(spec, { [variable]: '1' }), spec.name).rejects.toMatchObject({
            code: 'AGENT_NOT_ALLOWED',
          });
          expect(await countEvents(), `${spec.name} ${variable}`).toBe(before + 1);
        }
      const event = await lastEvent();
      expect(event).toMatchObject({ kind: 'refused', detail: { verb: verbs.at(-1)?.name } });
      expect(event?.detail['variables']).toEqual([VARIABLES.at(-1)]);
    },
    MANY_MS,
  );

  test('verbs that are allowed leave a record where an agent types them, and none for a person', async () => {
    const verbs = NOTED.flatMap((name) => here([name]));
    expect(verbs.map(({ name }) => name)).toEqual(NOTED);
    for (const spec of verbs) {
      const before = await countEvents();
      if (spec.name !== 'proxy stop') await run(spec, {}).catch(() => undefined);
      expect(await countEvents(), spec.name).toBe(before);
      await run(spec, { [SESSION_VARIABLE]: 'g0123456789' }).catch(() => undefined);
      expect(await lastEvent(), spec.name).toMatchObject({
        kind: 'ran',
        detail: { verb: spec.name, grant: 'g0123456789' },
      });
      expect(await countEvents(), spec.name).toBe(before + 1);
    }
  });

  test('the log vouches for these records', async () => {
    const report = await checkLog(world.caller);
    expect(report.recordsChecked).toBe(await countEvents());
  });
});
