// Webhooks: what happened, where and under which rule, never what was said. They go out beside the work, signed as
// Standard Webhooks says, are tried a few times and then given up with a line of the log.
import { createHmac, randomUUID } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NotifyKind, NotifyTarget, Policy } from '../../model/policy.ts';
import type { Place } from '../../model/session.ts';
import { type HopRules, pickHop } from '../../proxy/hops.ts';
import type { Upstreams } from '../../proxy/upstreams.ts';
import { endingAfter } from '../at-most.ts';
import type { CredentialReader } from '../record/read-credential.ts';

export interface News {
  readonly on: NotifyKind;
  /** What it is about: `tool-call`, `commit`, `store` … */
  readonly subject: string;
  /** Name of the rule; null where none is the reason. */
  readonly rule: string | null;
  readonly place: Pick<Place, 'repository' | 'remote'>;
  /** Of the exchange; null for hooks. */
  readonly exchange: string | null;
  /** Of the request for approval. */
  readonly approval: string | null;
  /** What shows it. */
  readonly command?: string;
}

export interface Notifier {
  /** Never throws and keeps nobody waiting. */
  tell(policy: Pick<Policy, 'notify'>, news: News): void;
  /** Gives what is under way a moment, and the rest up. */
  close(): Promise<void>;
}

export interface NotifierParts {
  readonly upstreams: Upstreams;
  /** How receivers are reached. */
  readonly hops: HopRules;
  /** Gives the secret of `notify:HOST`. */
  readonly credentials: CredentialReader;
  readonly warn: (line: string) => void;
  /** Before each try but the first. */
  readonly pausesMs?: readonly number[];
}

const PAUSES_MS = [500, 5000, 30_000];
const TRY_TIMEOUT_MS = 5000;
/** News that wait for their receivers; more are dropped. */
const WAITING_MAX = 100;
const CLOSE_MS = 1000;

/** What the secret of a receiver is kept as. */
export const notifyCredential = (url: string): string => `notify:${new URL(url).host}`;

interface State extends NotifierParts {
  readonly waiting: Set<Promise<void>>;
  readonly closing: AbortController;
}

export function openNotifier(parts: NotifierParts): Notifier {
  const state: State = { ...parts, waiting: new Set(), closing: new AbortController() };
  return {
    tell: ({ notify }, news) => {
      for (const target of notify) if (target.on.includes(news.on)) start(state, target, news);
    },
    close: async () => {
      const all = Promise.all(state.waiting);
      await Promise.race([all, sleep(CLOSE_MS, undefined, { ref: false })]);
      state.closing.abort();
      await all;
      await state.upstreams.close();
    },
  };
}

function start(state: State, target: NotifyTarget, news: News): void {
  const { waiting, warn } = state;
  const { host } = new URL(target.url); // the path may be a secret
  if (waiting.size >= WAITING_MAX) return warn(`notify: ${host} is too slow, a notice was dropped`);
  const sent = deliver(state, target, news)
    .catch((thrown: unknown) => warn(`notify: ${host} did not get a notice: ${reasonOf(thrown)}`))
    .finally(() => void waiting.delete(sent));
  waiting.add(sent);
}

const reasonOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);

async function deliver(state: State, target: NotifyTarget, news: News): Promise<void> {
  const { credentials, closing, pausesMs = PAUSES_MS } = state;
  const holder = { name: notifyCredential(target.url), credential: target.secret };
  const secret = (await credentials(holder)) ?? '';
  const message = { id: `msg_${randomUUID()}`, body: bodyOf(news), secret };
  for (const pauseMs of [...pausesMs, null]) {
    const status = await post(state, target.url, message).catch(reasonOf);
    if (typeof status === 'number' && status < 300) return;
    if (pauseMs === null || !isPassing(status) || closing.signal.aborted)
      throw new Error(typeof status === 'number' ? `it answered ${String(status)}` : status);
    await sleep(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
  }
}

/** Might another try fare better? */
const isPassing = (status: number | string): boolean =>
  typeof status === 'string' || status >= 500 || status === 408 || status === 429;

function bodyOf({ on, subject, rule, place, exchange, approval, command }: News): string {
  const { remote, repository } = place;
  return JSON.stringify({
    schema: 'aitrail.notice/1',
    type: on,
    at: new Date().toISOString(),
    subject,
    rule,
    repository: remote ?? (repository === null ? null : basename(dirname(repository))),
    exchange,
    approval,
    command: command ?? (exchange === null ? 'aitrail log events' : `aitrail show ${exchange}`),
  });
}

interface Signed {
  readonly id: string;
  readonly body: string;
  readonly secret: string;
}

/** @returns the status of the answer. */
async function post(
  { upstreams, hops, closing }: State,
  url: string,
  { id, body, secret }: Signed,
): Promise<number> {
  const { origin, pathname, search } = new URL(url);
  const timestamp = String(Math.floor(Date.now() / 1000));
  return endingAfter(TRY_TIMEOUT_MS, closing.signal, async (signal) => {
    const reply = await upstreams.call({
      origin,
      hop: pickHop(hops, origin),
      method: 'POST',
      path: `${pathname}${search}`,
      headers: Object.entries({
        'content-type': 'application/json',
        'user-agent': 'aitrail',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signatureOf(secret, `${id}.${timestamp}.${body}`),
      }).flat(),
      body: Buffer.from(body, 'utf8'),
      signal,
    });
    for await (const _ of reply.body); // read to its end, so that the connection can be used again
    return reply.status;
  });
}

/** Standard Webhooks: a secret that begins with whsec_ is the base64 of the key. */
function signatureOf(secret: string, text: string): string {
  const isEncoded = secret.startsWith('whsec_');
  const key = isEncoded ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret;
  return `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
}
