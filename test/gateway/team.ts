// A team of its own for a test: database, identity provider, model, and gateways as processes of the built program.
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';
import type { Caller } from '../../src/model/caller.ts';
import { makeLogKey } from '../../src/flow/gateway/make-log-key.ts';
import { type Provider, startProvider } from '../identity/provider.ts';
import { type Database, newDatabase } from '../store/postgres/database.ts';
import { makeWorld, type Model, startModel, type World } from '../daemon/world.ts';

export interface Gateway {
  readonly url: string;
  readonly child: ChildProcess;
  /** What it wrote so far. */
  readonly said: () => string;
  readonly kill: () => Promise<void>;
  /** Ends it in peace. @returns its exit status. */
  readonly stop: () => Promise<number>;
}

export interface Team {
  readonly world: World;
  readonly place: Database;
  readonly provider: Provider;
  readonly model: Model;
  /** Of somebody who reads the team's recordings. */
  readonly caller: Caller;
  /** @param more lines of configuration. @param issuer another one, in YAML. */
  readonly start: (more?: string, issuer?: string) => Promise<Gateway>;
  /** A token that names a caller. */
  readonly token: (more?: Readonly<Record<string, string>>) => Promise<string>;
  /** From now on replies stop in the middle. */
  readonly hold: () => Gate;
  readonly close: () => Promise<void>;
}

export interface Gate {
  /** Resolves when a reply stands at it. */
  readonly reached: Promise<unknown>;
  readonly pass: () => Promise<void>;
  readonly open: () => void;
}

function openGate(opened: () => void): Gate {
  const bell = new EventEmitter();
  const [reached, free] = [once(bell, 'reached'), once(bell, 'free')];
  return {
    reached,
    pass: async () => {
      bell.emit('reached');
      await free;
    },
    open: () => {
      opened();
      bell.emit('free');
    },
  };
}

/** Looks until it is so. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(20);
}

/** What nobody but the gateway knows. */
export const REAL_KEY = `real-${'k3yV4lue'.repeat(3)}`;
const ENTRY = resolve(import.meta.dirname, '../../bin/aitrail.js');

/** @param breath between two words of a reply. */
export async function makeTeam(breath: () => Promise<unknown>, place?: Database): Promise<Team> {
  const world = makeWorld();
  const database = place ?? (await newDatabase());
  let held: Gate | null = null;
  const breathe = async (): Promise<void> => {
    const gate = held;
    if (gate === null) await breath();
    else await gate.pass();
  };
  const [provider, model] = [
    await startProvider(),
    await startModel((_asked, response) => void speak(response, ['a', 'b'], breathe)),
  ];
  world.put('password', `${database.password}\n`);
  if (!existsSync(join(world.dir, 'log.key'))) await makeLogKey(join(world.dir, 'log.key'));
  const configuration = (more: string, issuer = ''): string => `
store:
  url: ${database.url}
  password: { file: ${world.dir}/password }
  logKey: { file: ${world.dir}/log.key }
connections:
  anthropic: { protocol: anthropic-messages, upstream: "${model.url}", credential: { env: REAL } }
identity:
  issuers: [{ issuer: "${provider.issuer}", audience: aitrail }, ${issuer}]
${more}`;
  world.put('team.yaml', configuration(''));
  const env = { ...world.caller.env, REAL: REAL_KEY };
  let count = 0;
  const running: Gateway[] = [];
  return {
    world,
    place: database,
    provider,
    model,
    caller: { cwd: world.repo, env: { ...env, AITRAIL_POLICY: join(world.dir, 'team.yaml') } },
    start: async (more = 'gateway: { listen: "127.0.0.1:0" }', issuer = '') => {
      count += 1;
      world.put(`gateway-${String(count)}.yaml`, configuration(more, issuer));
      const home = join(world.dir, `gateway-${String(count)}`);
      const file = join(world.dir, `gateway-${String(count)}.yaml`);
      const gateway = await startGateway(file, { ...env, AITRAIL_HOME: home });
      running.push(gateway);
      return gateway;
    },
    hold: () => {
      const gate = openGate(() => (held = null));
      held = gate;
      return gate;
    },
    token: (more = {}) =>
      provider.issue({ sub: 'u1', aud: 'aitrail', name: 'Ada', email: 'ada@example.com', ...more }),
    close: async () => {
      for (const gateway of running) await gateway.kill();
      await model.close();
      await provider.close();
      world.remove();
    },
  };
}

async function startGateway(file: string, env: Readonly<Record<string, string>>): Promise<Gateway> {
  const child = spawn(process.execPath, [ENTRY, 'gateway', '--config', file], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const told = new EventEmitter();
  const hear = (chunk: Buffer): void => {
    text += chunk.toString();
    const url = /^serving at (\S+)$/m.exec(text)?.[1];
    if (url !== undefined) told.emit('ready', url);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  child.once('exit', () => told.emit('error', new Error(`the gateway ended: ${text}`)));
  const [url]: string[] = await once(told, 'ready');
  told.on('error', () => undefined);
  const end = async (signal: NodeJS.Signals): Promise<number> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    }
    return child.exitCode ?? -1;
  };
  return {
    url: url ?? '',
    child,
    said: () => text,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}

const event = (type: string, more: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;

/** A reply of Anthropic's, event by event. @param breathe between two words. */
export async function speak(
  response: ServerResponse,
  words: readonly string[],
  breathe: () => Promise<void>,
): Promise<void> {
  const message = { id: 'm', type: 'message', role: 'assistant', model: 'model-1', content: [] };
  const usage = { input_tokens: 1, output_tokens: 1 };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(event('message_start', { message: { ...message, usage } }));
  response.write(
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  );
  for (const text of words) {
    response.write(event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }));
    await breathe();
  }
  response.write(event('content_block_stop', { index: 0 }));
  response.write(event('message_delta', { delta: { stop_reason: 'end_turn' }, usage }));
  response.end(event('message_stop'));
}

export type Heard = { readonly kind: 'whole' } | { readonly kind: 'failed'; readonly why: string };

/** Asks once and reads to the end. */
export async function ask(url: string, token: string, body: string): Promise<Heard> {
  try {
    const response = await fetch(`${url}/anthropic/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': token },
      body,
    });
    const text = await response.text();
    if (response.status !== 200) return { kind: 'failed', why: `${response.status} ${text}` };
    const isWhole = text.includes('"message_stop"');
    return isWhole ? { kind: 'whole' } : { kind: 'failed', why: 'cut' };
  } catch {
    return { kind: 'failed', why: 'connection' };
  }
}
