// What the gateway tells people: how to log in, and to whoever has a token who they are.
import { rolesOf } from '../../guard/roles.ts';
import { Fault, isFault } from '../../model/fault.ts';
import {
  type GatewayPerson,
  LOGIN_PATH,
  SESSIONS_PATH,
  STOP_PATH,
  WHOAMI_PATH,
} from '../../model/login.ts';
import { parseJson, stringAt } from '../../model/json.ts';
import { RECORDS_PATH, WITNESS_PATH } from '../../model/reporting.ts';
import type { Role, Roles } from '../../model/team.ts';
import type { Asked } from '../../proxy/client.ts';
import { valueOf } from '../../proxy/headers.ts';
import type { FindPage, Page } from '../../proxy/listener.ts';
import { plainRefusal, refusalBody } from '../../proxy/refuse.ts';
import type { Recorder } from '../record/record-exchange.ts';
import { type CosignAnswer, cosignLog } from '../reporting/cosign-log.ts';
import { takeRecords } from '../reporting/take-records.ts';
import { type Actor, listForAuditor, requireRole, stopForAdmin } from './team-acts.ts';
import { identify } from '../session/authenticate.ts';

type TeamRecorder = Pick<
  Recorder,
  'policies' | 'identities' | 'maskers' | 'denials' | 'store' | 'grants' | 'warn'
>;

export interface TeamPages {
  readonly recorder: TeamRecorder;
  readonly roles: Roles;
}

const STATUS: Readonly<Record<string, number>> = {
  TOKEN_UNKNOWN: 401,
  IDENTITY_REFUSED: 401,
  ROLE_NEEDED: 403,
  USAGE: 400,
  NO_SUCH_SESSION: 404,
  AMBIGUOUS_ID: 400,
  LOG_FORKED: 409,
};

export function findTeamPages(pages: TeamPages): FindPage {
  const routes: Readonly<Record<string, (asked: Asked) => Promise<object>>> = {
    [`GET ${LOGIN_PATH}`]: () => describeLogin(pages.recorder),
    [`POST ${WITNESS_PATH}`]: (asked) => cosignFor(pages, asked),
    [`POST ${RECORDS_PATH}`]: async (asked) => {
      const visitor = await admitAs(pages, 'caller', asked);
      return { taken: await takeRecords(pages.recorder.store, visitor, await readText(asked)) };
    },
    [`POST ${SESSIONS_PATH}`]: async (asked) => {
      const visitor = await admitAs(pages, 'auditor', asked);
      return { sessions: await listForAuditor(pages.recorder, visitor, await readText(asked)) };
    },
    [`POST ${STOP_PATH}`]: async (asked) => {
      const visitor = await admitAs(pages, 'admin', asked);
      return { session: await stopForAdmin(pages.recorder, visitor, await readText(asked)) };
    },
    [`GET ${WHOAMI_PATH}`]: async (asked) =>
      describePerson(pages, await admitVisitor(pages, asked)),
  };
  return (asked) => {
    const route = routes[`${asked.method} ${asked.url}`];
    return route === undefined ? null : answer(pages, () => route(asked));
  };
}

async function answer({ recorder }: TeamPages, act: () => Promise<object>): Promise<Page> {
  try {
    return page(200, JSON.stringify(await act()));
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    const { code, message, fix } = thrown;
    const refusal = plainRefusal(STATUS[code] ?? 503, code, `${message}; ${fix}`);
    recorder.denials.note(refusal, message);
    return page(refusal.status, refusalBody(refusal));
  }
}

const page = (status: number, body: string): Page => ({
  status,
  contentType: 'application/json',
  body: `${body}\n`,
});

/** Nothing that the provider does not tell everybody. */
async function describeLogin({ policies }: TeamRecorder): Promise<object> {
  const policy = await policies.of(null);
  const found = policy.identity.issuers.find(({ login }) => login !== undefined);
  const login =
    found === undefined
      ? null
      : { issuer: found.issuer, clientId: found.audience, scopes: found.login?.scopes ?? [] };
  return { schema: 'aitrail.gateway/1', login };
}

/** @throws Fault TOKEN_UNKNOWN, IDENTITY_REFUSED, IDENTITY_UNCHECKED. */
async function admitVisitor({ recorder }: TeamPages, { headers }: Asked): Promise<Actor> {
  const policy = await recorder.policies.of(null);
  const [, token = ''] = /^bearer +(\S+)$/i.exec(valueOf(headers, 'authorization') ?? '') ?? [];
  const identified = await identify(recorder, policy, token);
  if (identified === null)
    throw new Fault('TOKEN_UNKNOWN', 'there is no token, or none of a provider that is known here');
  return { ...identified, policy };
}

/** @throws Fault as admitVisitor, and ROLE_NEEDED. */
async function admitAs(pages: TeamPages, role: Role, asked: Asked): Promise<Actor> {
  const visitor = await admitVisitor(pages, asked);
  requireRole(pages.roles, role, visitor);
  return visitor;
}

async function cosignFor(pages: TeamPages, asked: Asked): Promise<CosignAnswer> {
  const visitor = await admitAs(pages, 'caller', asked);
  const json = parseJson(await readText(asked));
  const shown = { vkey: stringAt(json, 'vkey') ?? '', body: stringAt(json, 'body') ?? '' };
  try {
    return await cosignLog(pages.recorder.store, visitor, shown);
  } catch (thrown) {
    if (isFault(thrown) && thrown.code === 'LOG_FORKED')
      pages.recorder.warn(`alarm: ${visitor.principal.email}: ${thrown.message}`);
    throw thrown;
  }
}

const BODY_BYTES_MAX = 256 * 1024 * 1024;

async function readText({ body }: Asked): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const source = body();
  for (let next = await source.next(); next.done !== true; next = await source.next()) {
    bytes += next.value.length;
    if (bytes > BODY_BYTES_MAX) throw new Fault('USAGE', 'the request is too large');
    chunks.push(next.value);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function describePerson({ roles }: TeamPages, visitor: Actor): object {
  const { principal, identity, policy } = visitor;
  const person: GatewayPerson = {
    name: principal.name,
    email: principal.email,
    issuer: identity.issuer ?? '',
    subject: identity.subject ?? '',
    groups: identity.groups,
    roles: rolesOf(roles, visitor, policy.groups),
  };
  return { schema: 'aitrail.person/1', ...person };
}
