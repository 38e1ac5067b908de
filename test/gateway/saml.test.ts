// A person's way in by SAML: two gateways on one database, a provider that signs, and what becomes of stolen, repeated and
// forged pieces of it. Nothing reaches the model, and each attempt is a record.
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CommandSpec } from '../../src/cli/command.ts';
import { commands as approvals } from '../../src/cli/approvals.ts';
import { fingerprintOfLine } from '../../src/attest/ssh-key.ts';
import { ensureIdentity } from '../../src/flow/attest/open-signer.ts';
import { login, logout, whoami } from '../../src/cli/login.ts';
import { readStore } from '../../src/flow/show/read-store.ts';
import { openOwnTokens } from '../../src/identity/own-tokens.ts';
import { parseSigner } from '../../src/log/note.ts';
import type { Caller } from '../../src/model/caller.ts';
import { arrayAt, parseJson, stringAt } from '../../src/model/json.ts';
import type { SamlProvider } from '../../src/model/policy.ts';
import {
  answerTo,
  assertionXml,
  encode,
  openForm,
  postAnswer,
  type Posted,
  responseXml,
  type Said,
  type SamlIdp,
  sign,
  startSamlIdp,
  type SamlRequest,
} from '../identity/saml-provider.ts';
import { hasPostgres } from '../store/postgres/database.ts';
import { ask, type Gateway, makeTeam, REAL_KEY, type Team, until } from './team.ts';
import { type Running, type Typed, type } from './type-command.ts';

const START_MS = 90_000;
const prompt = (content: string): string =>
  JSON.stringify({ model: 'model-1', messages: [{ role: 'user', content }] });
const BODY = prompt('hello');
const PROVIDER: SamlProvider = {
  issuer: '',
  entryPoint: '',
  certificate: '',
  entityId: null,
  attributes: { email: 'email', name: 'name', groups: 'groups' },
  lifetimeMs: 600_000,
};
/** As people reach any of them. */
const OUTSIDE = 'https://gateway.example';

/** By somebody who has made a key of their own. */
const forge = async (claims: JWTPayload, alg: string, head: object = {}) => {
  const { privateKey } = await generateKeyPair(alg);
  return new SignJWT(claims).setProtectedHeader({ alg, ...head }).sign(privateKey);
};

/** Of one's own. @returns its fingerprint. */
async function makeKey(env: Caller['env']): Promise<string> {
  const { signer } = await ensureIdentity({ cwd: tmpdir(), env }, { signing: 'auto' });
  return fingerprintOfLine(signer.publicKey);
}

describe.skipIf(!hasPostgres)('aitrail login by SAML', { timeout: START_MS }, () => {
  let team: Team;
  let idp: SamlIdp;
  let gateways: readonly [Gateway, Gateway];
  beforeAll(async () => {
    idp = await startSamlIdp();
    team = await makeTeam(() => Promise.resolve());
    team.world.put('idp.pem', idp.key.certificate);
    const saml = `{ issuer: "${idp.issuer}", entryPoint: "${idp.entryPoint}", certificate: ${team.world.dir}/idp.pem, lifetime: 30m }`;
    const more = `  saml: ${saml}
gateway: { listen: "127.0.0.1:0", url: "${OUTSIDE}", roles: { caller: ["group:leads", ada@example.com], approver: ["group:leads"] } }
rules:
  - { name: deploys, on: prompt, match: 'deploy', action: approve }
  - { name: migrations, on: prompt, match: 'migrate', action: approve, approvers: [carol@example.com] }
approvals: { hold: 60s }`;
    gateways = await Promise.all([team.start(more), team.start(more)]);
  }, START_MS);
  afterAll(async () => {
    await team.close();
    await idp.close();
  });
  afterEach(() => {
    idp.said = {};
  });

  const start = (home: string, spec: CommandSpec, more: Partial<Typed> = {}): Running => {
    const { words = [], options = {} } = more;
    const env = { ...team.world.caller.env, AITRAIL_HOME: join(team.world.dir, home) };
    return type(spec, { words, options, env });
  };
  const say = async (home: string, spec: CommandSpec, options: Typed['options'] = {}) => {
    const running = start(home, spec, { options });
    await running.done;
    return running.said;
  };
  /** Whoever stands before them sends a browser to any of them. */
  const post = ({ answerUrl }: SamlRequest, answer: string, to = gateways[1]): Promise<Posted> =>
    postAnswer(answerUrl.replace(OUTSIDE, to.url), answer);
  const logIn = async (home: string, at = gateways[0]) => {
    const running = start(home, login, { words: [at.url] });
    const { request, answer } = await openForm(await running.link);
    const { next } = await post(request, answer);
    const page = await (await fetch(next ?? '')).text();
    await running.done;
    return { ...running.said, page, request, answer };
  };
  const be = (name: string) => {
    idp.said = { nameId: `${name}@example.com` };
    return logIn(name, gateways[1]);
  };
  /** A gateway's own, as it would have made them. */
  const own = async (url: string, more: Partial<SamlProvider> = {}): Promise<string> => {
    const { seed = Buffer.alloc(0) } =
      parseSigner(readFileSync(join(team.world.dir, 'log.key'), 'utf8').trim()) ?? {};
    const provider = { ...PROVIDER, issuer: idp.issuer, ...more };
    const person = { subject: 'ada', email: 'ada@example.com', name: 'Ada', groups: ['leads'] };
    const issued = openOwnTokens(url, seed).issue(provider, { ...person, sessionEndsAtMs: null });
    return (await issued).token;
  };
  const denials = () =>
    readStore(team.caller, async (store) =>
      (await store.listEvents({ limit: 1000 }))
        .filter(({ kind }) => kind === 'denied')
        .map(({ detail }) => String(detail['why'])),
    );
  const expectDenied = (why: RegExp): Promise<void> =>
    until(async () => (await denials()).some((said) => why.test(said)));

  test('begun at one gateway, taken by another: a token that any of them takes', async () => {
    const said = await logIn('ada');
    expect(said.out).toBe(
      `logged in at ${gateways[0].url} as Ada <ada@example.com>; the token is in the file\n`,
    );
    expect(said.page).toContain('close this window');
    expect(parseJson((await say('ada', whoami, { json: true })).out)).toMatchObject({
      issuer: OUTSIDE,
      email: 'ada@example.com',
      groups: ['leads', 'makers'],
      roles: ['caller', 'approver'],
      isRenewable: false,
    });
    const token = (await say('ada', whoami, { token: true })).out.trim();
    for (const { url } of gateways) expect(await ask(url, token, BODY)).toEqual({ kind: 'whole' });
    expect(team.model.asked.at(-1)?.headers['x-api-key']).toBe(REAL_KEY);
    const { sessions, events } = await readStore(team.caller, async (store) => ({
      sessions: await store.listSessions({ user: 'ada@example.com' }),
      events: await store.listEvents({ limit: 100 }),
    }));
    expect(sessions[0]?.identity).toMatchObject({ source: 'claim', subject: 'ada@example.com' });
    expect(sessions[0]?.identity.claims).toMatchObject({ saml_issuer: idp.issuer });
    expect(events.find(({ kind }) => kind === 'login')?.detail).toMatchObject({
      by: 'ada@example.com',
      issuer: idp.issuer,
    });
    for (const { said: log } of gateways) expect(log()).not.toContain(token);
  });

  test.each([
    ['an address of its own', 'CONFIG_INVALID', ['idp.pem', '']],
    ['the certificate', 'KEY_UNREADABLE', ['absent.pem', `url: "${OUTSIDE}",`]],
  ] as const)('a gateway without %s does not start', async (_, code, [file, url]) => {
    const saml = `{ issuer: x, entryPoint: "${idp.entryPoint}", certificate: ${team.world.dir}/${file} }`;
    const starting = team.start(`  saml: ${saml}\ngateway: { ${url} listen: "127.0.0.1:0" }`);
    await expect(starting).rejects.toThrow(`(${code})`);
  });

  test('metadata name what the provider needs to know', async () => {
    const answer = await fetch(`${gateways[0].url}/-/saml/metadata`);
    expect(answer.headers.get('content-type')).toBe('application/samlmetadata+xml');
    const xml = await answer.text();
    expect(xml).toContain(`entityID="${OUTSIDE}/-/saml/metadata"`);
    expect(xml).toContain(`Location="${OUTSIDE}/-/saml/acs"`);
    expect(xml).toContain('WantAssertionsSigned="true"');
  });

  test('an answer that was used opens nothing again, at no gateway', async () => {
    const { request, answer } = await logIn('replay');
    for (const to of gateways) {
      const again = await post(request, answer, to);
      expect(again).toMatchObject({ status: 401, next: null });
      expect(again.text).toContain('it was used before');
    }
    await expectDenied(/used before/);
  });

  test('a request that was answered takes no second answer', async () => {
    const { request } = await logIn('twice');
    const second = sign(responseXml(answerTo(request, idp.issuer)), idp.key);
    const posted = await post(request, encode(second));
    expect(posted).toMatchObject({ status: 401, next: null });
    expect(posted.text).toContain('it answers no login that is under way');
  });

  test('a stolen address is worth nothing without the machine that began', async () => {
    const running = start('victim', login, { words: [gateways[0].url] });
    const failed = running.done.catch((thrown: unknown) => thrown);
    const { request, answer } = await openForm(await running.link);
    const { next } = await post(request, answer);
    const code = new URL(next ?? '').searchParams.get('code') ?? '';
    const swap = (verifier: string) =>
      fetch(`${gateways[1].url}/-/token`, {
        method: 'POST',
        body: JSON.stringify({ code, verifier }),
      });
    for (const verifier of ['', 'x'.repeat(43)]) {
      const refused = await swap(verifier);
      expect(refused.status).toBe(401);
      expect(await refused.text()).not.toContain('"token"');
    }
    await fetch(next ?? '');
    // one try, whoever made it
    expect(await failed).toMatchObject({ code: 'IDENTITY_REFUSED' });
    await expectDenied(/another machine/);
  });

  test('what another page sends to the waiting port is no login', async () => {
    const running = start('forged', login, { words: [gateways[0].url] });
    const failed = running.done.catch((thrown: unknown) => thrown);
    const port = new URL(await running.link).searchParams.get('port') ?? '';
    await fetch(`http://127.0.0.1:${port}/callback?code=stolen&state=another`);
    expect(await failed).toMatchObject({ code: 'LOGIN_FAILED' });
  });

  test('without a browser here: said what to do', async () => {
    const { done } = start('device', login, {
      words: [gateways[0].url],
      options: { device: true },
    });
    await expect(done).rejects.toMatchObject({ code: 'LOGIN_FAILED' });
  });

  test('links that no login made lead nowhere', async () => {
    const challenge = 'c'.repeat(43);
    for (const query of [
      '',
      '?port=80',
      `?port=0&state=${'s'.repeat(20)}&challenge=${challenge}`,
      `?port=80@evil.example&state=${'s'.repeat(20)}&challenge=${challenge}`,
      `?port=80&state=%22%3E&challenge=${challenge}`,
    ]) {
      const answer = await fetch(`${gateways[0].url}/-/saml/login${query}`, { redirect: 'manual' });
      expect(answer.status).toBe(400);
    }
  });

  test('a login at the provider that ends sooner ends the token', async () => {
    idp.said = { sessionEndsS: 300 };
    await logIn('brief');
    const { expiresAt } = Object(parseJson((await say('brief', whoami, { json: true })).out));
    expect(Date.parse(String(expiresAt))).toBeLessThanOrEqual(Date.now() + 300_000);
  });

  test('logout ends the token everywhere, and so does what is written a little otherwise', async () => {
    await logIn('leaving');
    const token = (await say('leaving', whoami, { token: true })).out.trim();
    expect(await ask(gateways[1].url, token, BODY)).toEqual({ kind: 'whole' });
    const left = await say('leaving', logout);
    expect(left).toEqual({ out: `logged out of ${gateways[0].url}\n`, err: '' });
    const [last = ''] = token.slice(-1);
    const variant = `${token.slice(0, -1)}${last === 'A' ? 'B' : String.fromCharCode((last.codePointAt(0) ?? 0) + 1)}`;
    await until(async () => (await ask(gateways[1].url, token, BODY)).kind === 'failed');
    const asked = team.model.asked.length;
    for (const { url } of gateways)
      for (const shown of [token, variant]) {
        expect(await ask(url, shown, BODY)).toMatchObject({ why: expect.stringMatching(/^401 /) });
        const who = await fetch(`${url}/-/whoami`, {
          headers: { authorization: `Bearer ${shown}` },
        });
        expect(who.status).toBe(401);
      }
    expect(team.model.asked).toHaveLength(asked);
    await expectDenied(/was ended/);
    const events = await readStore(team.caller, (store) => store.listEvents({ limit: 100 }));
    expect(events.find(({ kind }) => kind === 'logout')?.detail).toMatchObject({
      by: 'ada@example.com',
    });
  });

  describe('opens nothing: not a byte reaches the model, and the attempt is a record', () => {
    const nowS = Math.floor(Date.now() / 1000);
    const ADA = { sub: 'u1', aud: 'aitrail', email: 'ada@example.com' };
    const OWN = { ...ADA, iss: OUTSIDE, aud: OUTSIDE, exp: nowS + 600, groups: ['leads'] };
    const other = (claims: JWTPayload) => team.provider.issue({ ...ADA, ...claims });

    const TOKENS: readonly (readonly [string, () => Promise<string>, RegExp])[] = [
      ['expired', () => team.provider.issue(ADA, -600), /it has expired/],
      ['of another audience', () => other({ aud: 'npm' }), /for another audience/],
      ['of another issuer', () => other({ iss: 'https://evil.example' }), /missing, wrong or over/],
      [
        'by an unknown key',
        () => forge({ ...ADA, iss: team.provider.issuer, exp: nowS + 60 }, 'ES256', { kid: 'k9' }),
        /no such key/,
      ],
      [
        'alg=none',
        () =>
          Promise.resolve(
            new UnsecuredJWT({ ...ADA, iss: team.provider.issuer, exp: nowS + 60 }).encode(),
          ),
        /algorithm is not allowed/,
      ],
      ['our own, expired', () => own(OUTSIDE, { lifetimeMs: -600_000 }), /it has expired/],
      ['our own, of another gateway', () => own('https://other.example'), /wrong or over/],
      [
        'our own, of a provider that is gone',
        () => own(OUTSIDE, { issuer: 'https://gone.example' }),
        /log in elsewhere/,
      ],
      ['as if our own, by an unknown key', () => forge(OWN, 'EdDSA'), /signature is wrong/],
      [
        'as if our own, alg=none',
        () => Promise.resolve(new UnsecuredJWT(OWN).encode()),
        /algorithm is not allowed/,
      ],
    ];
    test.each(TOKENS)('a token: %s', async (_, make, why) => {
      const token = await make();
      const before = team.model.received();
      for (const { url } of gateways) {
        expect(await ask(url, token, BODY)).toMatchObject({ why: expect.stringMatching(/^401 /) });
        const who = await fetch(`${url}/-/whoami`, {
          headers: { authorization: `Bearer ${token}` },
        });
        expect(who.status).toBe(401);
      }
      expect(team.model.received()).toBe(before);
      await expectDenied(why);
    });

    const ANSWERS: readonly (readonly [string, (good: Said) => string, RegExp])[] = [
      ['unsigned', (good) => responseXml(good), /signature is missing/],
      [
        'a wrapped signature',
        (good) => {
          const evil = assertionXml({ ...good, id: '_evil', nameId: 'root@example.com' });
          const xml = sign(responseXml(good), idp.key);
          return xml.replace('<saml:Assertion', `${evil}<saml:Assertion`);
        },
        /several assertions/,
      ],
      ['expired', (good) => sign(responseXml({ ...good, endsS: -60 }), idp.key), /has expired/],
    ];
    test.each(ANSWERS)('a SAML answer: %s', async (_, make, why) => {
      const running = start('nobody', login, { words: [gateways[0].url] });
      const { request } = await openForm(await running.link);
      const before = team.model.received();
      for (const to of gateways) {
        const posted = await post(request, encode(make(answerTo(request, idp.issuer))), to);
        expect(posted).toMatchObject({ status: 401, next: null });
      }
      expect(team.model.received()).toBe(before);
      await expectDenied(why);
      // the login itself is not used up by what somebody else sends
      const good = await post(
        request,
        encode(sign(responseXml(answerTo(request, idp.issuer)), idp.key)),
      );
      await fetch(good.next ?? '');
      expect(await running.done).toBe(0);
    });
  });

  test('by which policy and roles they work is a record, and so is each change', async () => {
    const file = join(team.world.dir, 'gateway-1.yaml');
    /** Of one of them, newest first. */
    const changes = () =>
      readStore(team.caller, async (store) =>
        (await store.listEvents({ limit: 1000 })).filter(
          ({ kind, detail }) => kind === 'changed' && String(detail['files']) === file,
        ),
      );
    await until(async () => (await changes()).length > 0);
    const [first] = await changes();
    expect(first?.detail).toMatchObject({
      what: 'policy',
      roles: [
        'caller: group:leads, ada@example.com',
        'approver: group:leads',
        'auditor: nobody',
        'admin: nobody',
      ],
    });
    writeFileSync(file, readFileSync(file, 'utf8').replace('hold: 60s', 'hold: 61s'));
    await until(async () => (await changes()).length > 1);
    expect((await changes())[0]?.detail).toMatchObject({
      what: 'policy',
      before: first?.detail['policy'],
    });
  });

  describe('approvals', () => {
    const [, list = login, show = login, approve = login, deny = login] = approvals;
    const GATEWAY = { gateway: true } as const;
    /** Of those that wait, once there is one. */
    const waiting = async (home: string): Promise<string> => {
      let id: string | null = null;
      await until(async () => {
        const found = parseJson((await say(home, list, { ...GATEWAY, json: true })).out);
        id = stringAt(arrayAt(found, 'approvals')[0], 'id');
        return id !== null;
      });
      return id ?? '';
    };
    /** @param words the id, and a reason where there is one. */
    const answer = (home: string, spec: CommandSpec, ...[id = '', reason = '']: string[]) =>
      start(home, spec, { words: [id], options: { ...GATEWAY, reason } }).done;

    test('asked at one gateway, answered through another: passes once', async () => {
      await be('bob');
      const token = await team.token();
      const asking = ask(gateways[0].url, token, prompt('deploy it'));
      const id = await waiting('bob');
      const asked = team.model.asked.length;
      const shown = await say('bob', list, GATEWAY);
      expect(shown.out).toMatch(new RegExp(`^${id}  waits, .* ada@example.com`));
      expect(await answer('bob', approve, id.slice(0, 6), 'it is time')).toBe(0);
      expect(await asking).toEqual({ kind: 'whole' });
      expect(team.model.asked).toHaveLength(asked + 1);
      await expect(answer('bob', deny, id)).rejects.toMatchObject({ code: 'APPROVAL_OVER' });

      const again = fetch(`${gateways[1].url}/anthropic/v1/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': token },
        body: prompt('deploy it'),
      });
      const second = await waiting('bob');
      expect(second).not.toBe(id);
      expect(await answer('bob', deny, second, 'not twice')).toBe(0);
      expect(await (await again).text()).toContain('bob@example.com has denied it: not twice');
      expect(team.model.asked).toHaveLength(asked + 1);
      const events = await readStore(team.caller, (store) => store.listEvents({ limit: 100 }));
      const decided = events.filter(({ kind }) => kind === 'decided').map(({ detail }) => detail);
      expect(decided).toMatchObject([
        { approval: second, answer: 'deny', approver: 'bob@example.com', role: 'approver' },
        {
          approval: id,
          answer: 'approve',
          who: `${OUTSIDE} bob@example.com`,
          proof: 'login',
          reason: 'it is time',
        },
      ]);
      const passed = events.find(({ detail }) => detail['effect'] === 'approved');
      expect(passed?.detail).toMatchObject({
        approval: decided[1]?.['digest'],
        decision: decided[1]?.['decision'],
      });
    });

    test('nobody answers what they have asked for, by whichever provider', async () => {
      await be('ada');
      const bySaml = (await say('ada', whoami, { token: true })).out.trim();
      const byOidc = await team.token();
      for (const [index, token] of [byOidc, bySaml].entries()) {
        const asking = ask(gateways[0].url, token, prompt(`deploy ${String(index)}`));
        const id = await waiting('bob');
        await expect(answer('ada', approve, id)).rejects.toMatchObject({ code: 'APPROVAL_SELF' });
        await answer('bob', deny, id);
        expect(await asking).toMatchObject({ kind: 'failed' });
      }
      await expectDenied(/was asked for by ada@example\.com/);
    });

    test('nobody without the role, and nobody whom the rule does not name', async () => {
      idp.said = { nameId: 'eve@example.com', attributes: { groups: ['makers'] } };
      await logIn('eve');
      await be('carol');
      const asking = ask(gateways[0].url, await team.token(), prompt('migrate'));
      const id = await waiting('bob');
      await expect(answer('eve', approve, id)).rejects.toMatchObject({ code: 'ROLE_NEEDED' });
      await expect(say('eve', list, GATEWAY)).rejects.toMatchObject({ code: 'ROLE_NEEDED' });
      await expect(answer('bob', approve, id)).rejects.toMatchObject({
        code: 'APPROVER_NOT_LISTED',
      });
      const home = join(team.world.dir, 'carol');
      const key = await makeKey({ ...team.world.caller.env, AITRAIL_HOME: home });
      expect(await answer('carol', approve, id)).toBe(0);
      expect(await asking).toEqual({ kind: 'whole' });
      const [decided] = (await readStore(team.caller, (store) => store.listEvents({ limit: 9 })))
        .filter(({ kind }) => kind === 'decided')
        .map(({ detail }) => detail);
      expect(decided).toMatchObject({ approver: 'carol@example.com', proof: 'key', key });
      const shown = start('bob', show, { words: [id], options: GATEWAY });
      await shown.done;
      expect(shown.said.out).toMatch(`proved by   their key ${key}, and the login (${OUTSIDE}`);
      await expect(answer('carol', approve, 'z')).rejects.toMatchObject({
        code: 'NO_SUCH_APPROVAL',
      });
    });

    test('the gateway that asked is killed: the answer counts at the other', async () => {
      const token = await team.token();
      const asking = ask(gateways[0].url, token, prompt('deploy at last'));
      const id = await waiting('bob');
      await gateways[0].kill();
      expect(await asking).toEqual({ kind: 'failed', why: 'connection' });
      expect(await answer('bob', approve, id)).toBe(0);
      expect(await ask(gateways[1].url, token, prompt('deploy at last'))).toEqual({
        kind: 'whole',
      });
    });
  });
});
