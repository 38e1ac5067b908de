// What the gateway tells people: how to log in, and to whoever has a token who they are.
import { rolesOf } from '../../guard/roles.ts';
import type { Identified } from '../../identity/identify.ts';
import { Fault, isFault } from '../../model/fault.ts';
import { type GatewayPerson, LOGIN_PATH, WHOAMI_PATH } from '../../model/login.ts';
import type { Policy } from '../../model/policy.ts';
import type { Roles } from '../../model/team.ts';
import type { Asked } from '../../proxy/client.ts';
import { valueOf } from '../../proxy/headers.ts';
import type { FindPage, Page } from '../../proxy/listener.ts';
import { plainRefusal, refusalBody } from '../../proxy/refuse.ts';
import type { Recorder } from '../record/record-exchange.ts';
import { identify } from '../session/authenticate.ts';

type TeamRecorder = Pick<Recorder, 'policies' | 'identities' | 'maskers' | 'denials'>;

export interface TeamPages {
  readonly recorder: TeamRecorder;
  readonly roles: Roles;
}

/** Somebody whose token is good. */
interface Visitor extends Identified {
  readonly policy: Policy;
}

const STATUS: Readonly<Record<string, number>> = {
  TOKEN_UNKNOWN: 401,
  IDENTITY_REFUSED: 401,
};

export function findTeamPages(pages: TeamPages): FindPage {
  const routes: Readonly<Record<string, (asked: Asked) => Promise<object>>> = {
    [`GET ${LOGIN_PATH}`]: () => describeLogin(pages.recorder),
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
async function admitVisitor({ recorder }: TeamPages, { headers }: Asked): Promise<Visitor> {
  const policy = await recorder.policies.of(null);
  const [, token = ''] = /^bearer +(\S+)$/i.exec(valueOf(headers, 'authorization') ?? '') ?? [];
  const identified = await identify(recorder, policy, token);
  if (identified === null)
    throw new Fault('TOKEN_UNKNOWN', 'there is no token, or none of a provider that is known here');
  return { ...identified, policy };
}

function describePerson({ roles }: TeamPages, visitor: Visitor): object {
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
