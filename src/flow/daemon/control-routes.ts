// What the daemon's control socket answers.
import { readReport } from '../../agents/read-report.ts';
import type { ControlAnswer, ControlCall, Routes } from '../../daemon/control.ts';
import { CI_FACTS, type CiFact } from '../../model/context.ts';
import type { EventKind, NewEvent } from '../../model/event.ts';
import { Fault } from '../../model/fault.ts';
import { arrayAt, isObject, isString, objectAt, parseJson, stringAt } from '../../model/json.ts';
import type { Place } from '../../model/session.ts';
import { NO_HOPS, parseHopRules } from '../../proxy/hops.ts';
import { keepRoutes } from '../keep/keep-routes.ts';
import { answer, text } from './answer.ts';
import { identifyOpener, type Opener } from '../session/identify-opener.ts';
import { tellHookBlock } from '../judge/tell-hook-block.ts';
import type { HookHandler, Serving } from './serve.ts';

export function controlRoutes(serving: Serving, hook: HookHandler, stop: () => void): Routes {
  const { recorder, info } = serving;
  return {
    'GET /alive': () => text(`${String(info.pid)}\n`),
    'GET /status': () => answer(() => status(serving)),
    'POST /stop': () => {
      setImmediate(stop);
      return text('stopping\n');
    },
    'GET /issuers': () =>
      answer(async () => ({ issuers: (await recorder.policies.of(null)).identity.issuers })),
    'POST /grant': (call) => answer(() => openGrant(serving, call)),
    'POST /end': (call) =>
      answer(async () => {
        const id = stringAt(parseJson(call.body.toString('utf8')), 'grant') ?? '';
        const { sessions, ...tally } = await recorder.grants.end(id);
        recorder.known.forget(id);
        recorder.hops.forget(id);
        recorder.veils.forget(id);
        return { ...tally, sessions: [...sessions] };
      }),
    'POST /event': (call) =>
      answer(async () => recorder.store.addEvent(readEvent(parseJson(call.body.toString('utf8'))))),
    // of a client's own hook: nothing is kept of it but what became of a recorded call
    'POST /client-report': ({ body }) =>
      answer(async () => {
        const report = readReport(parseJson(body.toString('utf8')));
        if (report !== null) await recorder.store.reportOutcome(report);
        return {};
      }),
    'POST /stop-grant': (call) =>
      answer(async () => {
        const json = parseJson(call.body.toString('utf8'));
        await recorder.grants.stop(stringAt(json, 'grant') ?? '');
        return recorder.store.addEvent(readEvent(objectAt(json, 'event')));
      }),
    'POST /decided': () => {
      recorder.approvals.wake();
      return text('');
    },
    ...keepRoutes(serving.store, serving.home),
    'POST /hook': (call) => answerHook(serving, hook, call),
  };
}

const answerHook = (
  { recorder, home, hooks }: Serving,
  hook: HookHandler,
  call: ControlCall,
): Promise<ControlAnswer> =>
  hook(call, {
    store: recorder.store,
    home,
    tellBlock: (block) => void tellHookBlock(recorder, block),
    goOnWith: (work) => {
      hooks.add(work);
      void work.finally(() => hooks.delete(work));
    },
  });

async function status({ recorder, info, listener }: Serving): Promise<unknown> {
  const [sessions, exchanges] = await Promise.all([
    recorder.store.countSessions({}),
    recorder.store.countExchanges(),
  ]);
  return {
    pid: info.pid,
    url: info.url,
    socket: info.socket,
    version: info.version,
    uptimeMs: Date.now() - info.startedAtMs,
    sessions,
    exchanges,
    open: listener.open(),
  };
}

/** The policy is read first: a session under a file that makes no sense is not opened. */
async function openGrant({ recorder }: Serving, { body }: ControlCall): Promise<unknown> {
  const json = parseJson(body.toString('utf8'));
  const place = readPlace(objectAt(json, 'place'));
  const policy = await recorder.policies.reload(place.worktree);
  const { identified, notice } = await identifyOpener(recorder, policy, readOpener(json));
  const asked = {
    ...identified,
    place,
    agent: stringAt(json, 'agent'),
    isUnattended: isObject(json) && json['isUnattended'] === true,
    isStanding: isObject(json) && json['isStanding'] === true,
  };
  recorder.maskers.of(policy);
  recorder.rules.of(policy);
  const { id, token } = await recorder.grants.open(asked);
  recorder.known.tell(id, arrayAt(json, 'known').filter(isString));
  await recorder.hops.tell(id, parseHopRules(objectAt(json, 'hops')) ?? NO_HOPS);
  const connections = Object.values(policy.connections);
  return {
    id,
    token,
    notice,
    connections: connections.map(({ name }) => name),
    custody: connections.flatMap(({ name, credential }) => (credential === null ? [] : [name])),
    hidden: connections.flatMap(({ credential }) =>
      credential?.kind === 'env' ? [credential.name] : [],
    ),
    // the tools that speak to them know no base URL
    wantsForwarding: connections.some(({ protocol }) => protocol === 'http'),
  };
}

const EVENT_KINDS: readonly EventKind[] = [
  'refused',
  'ran',
  'stopped',
  'decided',
  'read',
  'changed',
];
const WORD_CHARACTERS_MAX = 1000;

/** @throws Fault USAGE for what is no event of a command. */
function readEvent(value: unknown): NewEvent {
  const kind = EVENT_KINDS.find((one) => one === stringAt(value, 'kind'));
  if (kind === undefined) throw new Fault('USAGE', 'no event of a command');
  const detail: Record<string, string | readonly string[]> = {};
  for (const [name, word] of Object.entries(objectAt(value, 'detail'))) {
    if (isString(word)) detail[name] = word.slice(0, WORD_CHARACTERS_MAX);
    else if (Array.isArray(word)) detail[name] = word.filter(isString);
  }
  return { kind, atMs: Date.now(), detail };
}

/** Who opens a session: git's idea, what the job's environment says, and the token that the platform gave. */
function readOpener(value: unknown): Opener {
  const principal = objectAt(value, 'principal');
  const environment: Partial<Record<CiFact, string>> = {};
  for (const fact of CI_FACTS) {
    const told = stringAt(objectAt(value, 'environment'), fact);
    if (told !== null) environment[fact] = told;
  }
  return {
    principal: {
      name: stringAt(principal, 'name') ?? '',
      email: stringAt(principal, 'email') ?? '',
    },
    environment: Object.keys(environment).length === 0 ? null : environment,
    token: stringAt(value, 'token'),
  };
}

const readPlace = (place: unknown): Place => ({
  repository: stringAt(place, 'repository'),
  worktree: stringAt(place, 'worktree'),
  remote: stringAt(place, 'remote'),
  branch: stringAt(place, 'branch'),
  head: stringAt(place, 'head'),
  host: stringAt(place, 'host') ?? '',
});
