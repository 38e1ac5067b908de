// The way of a person's browser from `aitrail login` to a SAML provider and back to their machine. What is under way lies
// in the store: each step may meet another instance, and none can be taken twice.
import { randomBytes } from 'node:crypto';
import { challengeOf } from '../../identity/saml-login.ts';
import type { OwnTokens, SamlPerson } from '../../identity/own-tokens.ts';
import {
  askSaml,
  describeSaml,
  readSamlAnswer,
  type SamlAssertion,
  type SamlPlace,
} from '../../identity/saml-provider.ts';
import { Fault } from '../../model/fault.ts';
import { arrayAt, isString, numberAt, objectAt, parseJson, stringAt } from '../../model/json.ts';
import type { SamlProvider } from '../../model/policy.ts';
import { SAML_ANSWER_PATH, SAML_LOGIN_PATH, SAML_METADATA_PATH } from '../../model/login.ts';
import type { Asked } from '../../proxy/client.ts';
import type { FindPage, Page } from '../../proxy/listener.ts';
import type { Recorder } from '../record/record-exchange.ts';
import { answerBrowser, readText } from './answer-page.ts';
import { sha256Hex } from '../../model/sha256.ts';

export interface SamlWork {
  readonly recorder: Pick<Recorder, 'policies' | 'store' | 'denials' | 'maskers'>;
  /** Of the gateway, as seen from outside, with what its tokens are made by; null: nobody logs in here. */
  readonly own: { readonly url: string; readonly tokens: OwnTokens } | null;
}

/** How long somebody may take to log in … */
const LOGIN_MS = 600_000;
/** … and their machine to fetch the token. */
const CODE_MS = 120_000;
/** Clocks of instances and provider differ: what was seen is remembered for longer than it is good. */
const MEMORY_MS = 300_000;
const BODY_BYTES_MAX = 1024 * 1024;
/** Anybody can begin one, and each is a row until its time is over: no more than this in a minute, at each instance. */
const BEGUN_MAX = 1200;
const MINUTE_MS = 60_000;

export function findSamlPages(work: SamlWork): FindPage {
  const countBegun = openCounter();
  const pages: Readonly<Record<string, (asked: Asked) => Promise<Page>>> = {
    [`GET ${SAML_METADATA_PATH}`]: () => describe(work),
    [`GET ${SAML_LOGIN_PATH}`]: async (asked) => {
      countBegun();
      return begin(work, asked);
    },
    [`POST ${SAML_ANSWER_PATH}`]: (asked) => take(work, asked),
  };
  return (asked) => {
    const page = pages[`${asked.method} ${asked.url.split('?')[0] ?? ''}`];
    return page === undefined ? null : answerBrowser(work.recorder, () => page(asked));
  };
}

/** @returns what throws a Fault LOGIN_BUSY where it is called too often. */
function openCounter(): () => void {
  let [sinceMs, count] = [0, 0];
  return () => {
    const nowMs = Date.now();
    if (nowMs - sinceMs > MINUTE_MS) [sinceMs, count] = [nowMs, 0];
    count += 1;
    if (count > BEGUN_MAX)
      throw new Fault('LOGIN_BUSY', 'too many logins were begun in this minute');
  };
}

async function describe(work: SamlWork): Promise<Page> {
  const body = await describeSaml(await placeOf(work));
  return { status: 200, contentType: 'application/samlmetadata+xml', body };
}

/** @throws Fault LOGIN_FAILED. */
async function placeOf({ recorder, own }: SamlWork): Promise<SamlPlace> {
  const { identity } = await recorder.policies.of(null);
  if (identity.saml === undefined || own === null)
    throw new Fault('LOGIN_FAILED', 'nobody logs in by SAML here', {
      fix: 'set identity: saml: and gateway: url: in the organisation’s file',
    });
  return samlPlaceAt(own.url, identity.saml);
}

/** @param url of the gateway, as seen from outside. */
const samlPlaceAt = (url: string, provider: SamlProvider): SamlPlace => ({
  provider,
  answerUrl: `${url}${SAML_ANSWER_PATH}`,
  metadataUrl: `${url}${SAML_METADATA_PATH}`,
});

/** Is all there that a login will need? @throws Fault PEER_MISSING, KEY_UNREADABLE. */
export const checkSaml = async (url: string, provider: SamlProvider): Promise<unknown> =>
  describeSaml(samlPlaceAt(url, provider));

/** A login that is under way, as the person's machine began it. */
interface Begun {
  readonly port: number;
  readonly state: string;
  readonly challenge: string;
}

const PORT_MAX = 65_535;

function parseBegun(value: unknown): Begun | null {
  const port = numberAt(value, 'port') ?? 0;
  const [state, challenge] = [stringAt(value, 'state') ?? '', stringAt(value, 'challenge') ?? ''];
  const isRight =
    Number.isInteger(port) &&
    port > 0 &&
    port <= PORT_MAX &&
    /^[\w-]{16,64}$/.test(state) &&
    /^[\w-]{43}$/.test(challenge);
  return isRight ? { port, state, challenge } : null;
}

/** Sends the browser to the provider. @throws Fault USAGE. */
async function begin(work: SamlWork, { url }: Asked): Promise<Page> {
  const place = await placeOf(work);
  const { port, ...words } = Object.fromEntries(new URLSearchParams(url.split('?')[1]));
  const begun = parseBegun({ ...words, port: Number(port) });
  if (begun === null)
    throw new Fault('USAGE', 'this is no link of a login', { fix: 'type: aitrail login URL' });
  // an XML name: it begins with no digit
  const id = `_${randomBytes(20).toString('hex')}`;
  const { link } = await askSaml(place, id);
  const untilMs = Date.now() + LOGIN_MS;
  await work.recorder.store.keepOnce({ id: requestId(id), detail: JSON.stringify(begun), untilMs });
  return { status: 302, contentType: 'text/plain', body: '', headers: { location: link } };
}

const requestId = (id: string): string => `saml-request:${id}`;
const codeId = (code: string): string => `login-code:${sha256Hex(code)}`;

/** What the browser brings back. @throws Fault IDENTITY_REFUSED. */
async function take(work: SamlWork, asked: Asked): Promise<Page> {
  const place = await placeOf(work);
  const form = new URLSearchParams(await readText(asked, BODY_BYTES_MAX));
  const assertion = await readSamlAnswer(place, form.get('SAMLResponse') ?? '');
  const begun = await admit(work, place, assertion);
  const code = randomBytes(32).toString('base64url');
  const { subject, email, name, groups, sessionEndsAtMs } = assertion;
  const person: SamlPerson = { subject, email, name, groups, sessionEndsAtMs };
  await work.recorder.store.keepOnce({
    id: codeId(code),
    detail: JSON.stringify({ challenge: begun.challenge, person }),
    untilMs: Date.now() + CODE_MS,
  });
  return sendBack(begun, code);
}

/** An assertion counts once, and so does the request that it answers, whichever instance they come to. */
async function admit(
  { recorder: { store } }: SamlWork,
  { provider }: SamlPlace,
  { id, request, expiresAtMs }: SamlAssertion,
): Promise<Begun> {
  const isNew = await store.keepOnce({
    id: `saml-assertion:${sha256Hex(`${provider.issuer}\n${id}`)}`,
    detail: '',
    untilMs: expiresAtMs + MEMORY_MS,
  });
  if (!isNew) throw refused('the SAML answer is not accepted: it was used before');
  const detail = await store.takeOnce(requestId(request), Date.now());
  const begun = detail === null ? null : parseBegun(parseJson(detail));
  if (begun === null)
    throw refused('the SAML answer is not accepted: it answers no login that is under way');
  return begun;
}

const refused = (message: string): Fault =>
  new Fault('IDENTITY_REFUSED', message, { fix: 'log in again: aitrail login URL' });

/**
 * A page that goes on by itself, and no redirect: providers' pages may forbid that what they send ends on another site
 * (CSP form-action).
 */
function sendBack({ port, state }: Begun, code: string): Page {
  const link = `http://127.0.0.1:${String(port)}/callback?code=${code}&amp;state=${state}`;
  return {
    status: 200,
    contentType: 'text/html; charset=utf-8',
    headers: {
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
    },
    body: `<!doctype html><title>aitrail</title><meta http-equiv="refresh" content="0;url=${link}"><p><a href="${link}">Back to aitrail</a></p>\n`,
  };
}

export interface GivenToken {
  readonly schema: 'aitrail.token/1';
  readonly token: string;
  readonly expiresAtMs: number;
}

/** @param body the code, and what proves whose it is, as JSON. @throws Fault IDENTITY_REFUSED, LOGIN_FAILED. */
export async function giveToken(work: SamlWork, body: string): Promise<GivenToken> {
  const { recorder, own } = work;
  const { provider } = await placeOf(work);
  const json = parseJson(body);
  const code = stringAt(json, 'code') ?? '';
  const kept = parseJson((await recorder.store.takeOnce(codeId(code), Date.now())) ?? '');
  const challenge = stringAt(kept, 'challenge');
  if (challenge === null || own === null)
    throw refused('the code of the login is unknown, used or too old');
  if (challengeOf(stringAt(json, 'verifier') ?? '') !== challenge)
    throw refused('the code belongs to a login from another machine');
  const person = parsePerson(objectAt(kept, 'person'));
  const { token, expiresAtMs } = await own.tokens.issue(provider, person);
  recorder.maskers.learn(token);
  const by = person.email === '' ? person.subject : person.email;
  const detail = { by, issuer: provider.issuer, expires: new Date(expiresAtMs).toISOString() };
  await recorder.store.addEvent({ kind: 'login', atMs: Date.now(), detail });
  return { schema: 'aitrail.token/1', token, expiresAtMs };
}

const parsePerson = (value: unknown): SamlPerson => ({
  subject: stringAt(value, 'subject') ?? '',
  email: stringAt(value, 'email') ?? '',
  name: stringAt(value, 'name') ?? '',
  groups: arrayAt(value, 'groups').filter(isString),
  sessionEndsAtMs: numberAt(value, 'sessionEndsAtMs'),
});
