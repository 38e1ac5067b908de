// What the gateway tells people: how to log in, and to whoever has a token who they are.
import { rolesOf } from '../../guard/roles.ts';
import { Fault, isFault } from '../../model/fault.ts';
import {
  APPROVALS_PATH,
  DECIDE_PATH,
  type GatewayPerson,
  LOGIN_PATH,
  type LoginPlace,
  LOGOUT_PATH,
  SESSIONS_PATH,
  STOP_PATH,
  TOKEN_PATH,
  WHOAMI_PATH,
} from '../../model/login.ts';
import type { NoteSigner } from '../../log/note.ts';
import { parseJson, stringAt } from '../../model/json.ts';
import type { IdentityPolicy } from '../../model/policy.ts';
import { RECORDS_PATH, WITNESS_PATH } from '../../model/reporting.ts';
import type { Role, Roles } from '../../model/team.ts';
import type { Asked } from '../../proxy/client.ts';
import { valueOf } from '../../proxy/headers.ts';
import type { FindPage } from '../../proxy/listener.ts';
import type { Recorder } from '../record/record-exchange.ts';
import { type CosignAnswer, cosignLog } from '../reporting/cosign-log.ts';
import { takeRecords } from '../reporting/take-records.ts';
import { answerJson, readText } from './answer-page.ts';
import { decideForApprover, listForApprover } from './approval-acts.ts';
import { findSamlPages, giveToken, type SamlWork } from './saml-pages.ts';
import {
  type Actor,
  endForPerson,
  listForAuditor,
  requireRole,
  stopForAdmin,
} from './team-acts.ts';
import { identify, refuseEnded } from '../session/authenticate.ts';

type TeamRecorder = Pick<
  Recorder,
  'policies' | 'identities' | 'maskers' | 'denials' | 'store' | 'grants' | 'warn'
>;

export interface TeamPages extends Pick<SamlWork, 'own'> {
  readonly recorder: TeamRecorder;
  readonly roles: Roles;
  /** That all gateways share. */
  readonly teamKey: NoteSigner;
}

export function findTeamPages(pages: TeamPages): FindPage {
  const browser = findSamlPages(pages);
  const routes: Readonly<Record<string, (asked: Asked) => Promise<object>>> = {
    [`GET ${LOGIN_PATH}`]: () => describeLogin(pages),
    [`POST ${WITNESS_PATH}`]: (asked) => cosignFor(pages, asked),
    [`POST ${RECORDS_PATH}`]: async (asked) => {
      const visitor = await admitAs(pages, 'caller', asked);
      return { taken: await takeRecords(pages.recorder.store, visitor, await bodyOf(asked)) };
    },
    [`POST ${SESSIONS_PATH}`]: async (asked) => {
      const visitor = await admitAs(pages, 'auditor', asked);
      return { sessions: await listForAuditor(pages.recorder, visitor, await bodyOf(asked)) };
    },
    [`POST ${STOP_PATH}`]: async (asked) => {
      const visitor = await admitAs(pages, 'admin', asked);
      return { session: await stopForAdmin(pages.recorder, visitor, await bodyOf(asked)) };
    },
    [`POST ${APPROVALS_PATH}`]: async (asked) => {
      await admitAs(pages, 'approver', asked);
      return { asked: await listForApprover(approvalsOf(pages)) };
    },
    [`POST ${DECIDE_PATH}`]: async (asked) => {
      const visitor = await admitAs(pages, 'approver', asked);
      return { asked: await decideForApprover(approvalsOf(pages), visitor, await bodyOf(asked)) };
    },
    [`POST ${TOKEN_PATH}`]: async (asked) => giveToken(pages, await bodyOf(asked)),
    [`POST ${LOGOUT_PATH}`]: async (asked) => {
      const visitor = await admitVisitor(pages, asked);
      return endForPerson(pages.recorder, visitor, tokenOf(asked));
    },
    [`GET ${WHOAMI_PATH}`]: async (asked) =>
      describePerson(pages, await admitVisitor(pages, asked)),
  };
  return (asked) => {
    const route = routes[`${asked.method} ${asked.url}`];
    return route === undefined ? browser(asked) : answerJson(pages.recorder, () => route(asked));
  };
}

const approvalsOf = ({ recorder: { store, warn }, teamKey: signer }: TeamPages) => ({
  store,
  warn,
  signer,
});

/** Nothing that the provider does not tell everybody. */
async function describeLogin({ recorder, own }: TeamPages): Promise<object> {
  const { identity } = await recorder.policies.of(null);
  const place = placeOf(identity);
  const login = place?.kind === 'saml' && own === null ? null : place;
  return { schema: 'aitrail.gateway/1', login };
}

/** An OpenID provider before a SAML one: its tokens renew themselves. */
function placeOf({ issuers, saml }: IdentityPolicy): LoginPlace | null {
  const found = issuers.find(({ login }) => login !== undefined);
  if (found !== undefined) {
    const { issuer, audience: clientId, login } = found;
    return { kind: 'oidc', issuer, clientId, scopes: login?.scopes ?? [] };
  }
  return saml === undefined ? null : { kind: 'saml', issuer: saml.issuer };
}

/** @throws Fault TOKEN_UNKNOWN, IDENTITY_REFUSED, IDENTITY_UNCHECKED. */
async function admitVisitor({ recorder }: TeamPages, asked: Asked): Promise<Actor> {
  const policy = await recorder.policies.of(null);
  const token = tokenOf(asked);
  const identified = await identify(recorder, policy, token);
  if (identified === null)
    throw new Fault('TOKEN_UNKNOWN', 'there is no token, or none of a provider that is known here');
  await refuseEnded(recorder, token);
  return { ...identified, policy };
}

function tokenOf({ headers }: Asked): string {
  const [, token = ''] = /^bearer +(\S+)$/i.exec(valueOf(headers, 'authorization') ?? '') ?? [];
  return token;
}

const BODY_BYTES_MAX = 256 * 1024 * 1024;

const bodyOf = (asked: Asked): Promise<string> => readText(asked, BODY_BYTES_MAX);

/** @throws Fault as admitVisitor, and ROLE_NEEDED. */
async function admitAs(pages: TeamPages, role: Role, asked: Asked): Promise<Actor> {
  const visitor = await admitVisitor(pages, asked);
  requireRole(pages.roles, role, visitor);
  return visitor;
}

async function cosignFor(pages: TeamPages, asked: Asked): Promise<CosignAnswer> {
  const visitor = await admitAs(pages, 'caller', asked);
  const json = parseJson(await bodyOf(asked));
  const shown = { vkey: stringAt(json, 'vkey') ?? '', body: stringAt(json, 'body') ?? '' };
  try {
    return await cosignLog(pages.recorder.store, visitor, shown);
  } catch (thrown) {
    if (isFault(thrown) && thrown.code === 'LOG_FORKED')
      pages.recorder.warn(`alarm: ${visitor.principal.email}: ${thrown.message}`);
    throw thrown;
  }
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
