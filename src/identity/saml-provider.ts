// A SAML 2.0 provider as a gateway meets it (Web Browser SSO profile, SAML profiles 4.1): the request that a browser
// carries there, and the answer that it carries back. The package checks signature, audience and times, and gives the very
// bytes that were signed; who may say it, to whom and to what question is checked here, in those bytes.
import { readFile } from 'node:fs/promises';
import type * as NodeSaml from '@node-saml/node-saml';
import { Fault } from '../model/fault.ts';
import { arrayAt, isString, objectAt, stringAt } from '../model/json.ts';
import type { SamlProvider } from '../model/policy.ts';
import { findOddity } from './saml-shape.ts';

/** Where the gateway stands between browser and provider. */
export interface SamlPlace {
  readonly provider: SamlProvider;
  /** Addresses of the gateway, as seen from outside. */
  readonly answerUrl: string;
  readonly metadataUrl: string;
}

export interface SamlRequest {
  readonly id: string;
  /** Where the browser goes. */
  readonly link: string;
}

/** What a good assertion says. */
export interface SamlAssertion {
  readonly id: string;
  /** Of the request that it answers. */
  readonly request: string;
  readonly subject: string;
  /** Empty: it says none. */
  readonly email: string;
  readonly name: string;
  readonly groups: readonly string[];
  /** Until then it could be shown again. */
  readonly expiresAtMs: number;
  /** null: the provider sets no end to the login. */
  readonly sessionEndsAtMs: number | null;
}

const SKEW_MS = 30_000;
const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
const GROUPS_MAX = 500;
const TEXT_CHARACTERS_MAX = 300;

/** @throws Fault PEER_MISSING, KEY_UNREADABLE. */
export async function askSaml(place: SamlPlace, id: string): Promise<SamlRequest> {
  const { saml } = await open(place, id);
  return { id, link: await saml.getAuthorizeUrlAsync('', undefined, {}) };
}

/** @returns XML. @throws Fault PEER_MISSING, KEY_UNREADABLE. */
export async function describeSaml(place: SamlPlace): Promise<string> {
  const { saml } = await open(place, '_metadata');
  return saml.generateServiceProviderMetadata(null);
}

/**
 * @param answer base64, as the browser brought it.
 * @throws Fault IDENTITY_REFUSED in our own words, PEER_MISSING, KEY_UNREADABLE.
 */
export async function readSamlAnswer(place: SamlPlace, answer: string): Promise<SamlAssertion> {
  const oddity = findOddity(Buffer.from(answer, 'base64').toString('utf8'));
  if (oddity !== null) throw refused(oddity);
  const { saml } = await open(place, '_answer');
  const { profile } = await saml
    .validatePostResponseAsync({ SAMLResponse: answer })
    .catch((cause: unknown) => {
      throw refused(wordsFor(cause), cause);
    });
  if (profile === null) throw refused('it says of nobody who they are');
  return judge(place, profile);
}

const refused = (why: string, cause?: unknown): Fault =>
  new Fault('IDENTITY_REFUSED', `the SAML answer is not accepted: ${why}`, {
    cause,
    fix: 'log in again: aitrail login URL',
  });

async function open(
  { provider, answerUrl, metadataUrl }: SamlPlace,
  id: string,
): Promise<{ readonly saml: NodeSaml.SAML }> {
  const { SAML } = await import('@node-saml/node-saml').catch((cause: unknown) => {
    throw new Fault('PEER_MISSING', 'identity: saml needs the package @node-saml/node-saml', {
      cause,
      fix: 'install it beside aitrail: npm install --global @node-saml/node-saml',
    });
  });
  const saml = new SAML({
    entryPoint: provider.entryPoint,
    issuer: provider.entityId ?? metadataUrl,
    audience: provider.entityId ?? metadataUrl,
    callbackUrl: answerUrl,
    idpCert: await readCertificates(provider.certificate),
    generateUniqueId: () => id,
    acceptedClockSkewMs: SKEW_MS,
    // whoever is asked knows best how they log people in, and what they call them
    disableRequestedAuthnContext: true,
    identifierFormat: null,
    // the assertion is what counts; providers differ in whether they sign the response around it as well
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: false,
  });
  return { saml };
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]+-----END CERTIFICATE-----/g;

/** @throws Fault KEY_UNREADABLE. */
async function readCertificates(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('KEY_UNREADABLE', `identity.saml.certificate: ${why}`, { cause });
  });
  const found = [...text.matchAll(CERTIFICATE)].map(([pem]) => pem);
  if (found.length === 0)
    throw new Fault('KEY_UNREADABLE', `identity.saml.certificate: ${file} holds no certificate`);
  return found;
}

/** Words of the package, which may hold those of the sender, to ours. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/signature|signed/i, 'its signature is missing or wrong'],
  [/not yet valid/, 'it is not valid yet'],
  [/expired|too old|subject confirmation/, 'it has expired'],
  [/audience/i, 'it is for another audience'],
  [/SAML provider returned/, 'the provider let nobody in'],
];

function wordsFor(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : '';
  return WORDS.find(([pattern]) => pattern.test(message))?.[1] ?? 'it is malformed';
}

/** @param profile of what was signed, and nothing else. */
function judge({ provider, answerUrl }: SamlPlace, profile: NodeSaml.Profile): SamlAssertion {
  const assertion = objectAt(profile.getAssertion?.(), 'Assertion');
  if (textOf(firstAt(assertion, 'Issuer')) !== provider.issuer)
    throw refused('it is of another issuer');
  const subject = firstAt(assertion, 'Subject');
  const name = textOf(firstAt(subject, 'NameID'));
  if (name === null) throw refused('it names nobody');
  const { request, expiresAtMs } = confirmationOf(subject, answerUrl);
  const statement = objectAt(firstAt(assertion, 'AuthnStatement'), '$');
  const said = attributesOf(assertion);
  const first = (attribute: string): string => said.get(attribute)?.[0] ?? '';
  const { email, name: nameAttribute, groups } = provider.attributes;
  return {
    id: stringAt(objectAt(assertion, '$'), 'ID') ?? '',
    request,
    subject: name,
    email: first(email) === '' && isMail(name) ? name : first(email),
    name: first(nameAttribute),
    groups: (said.get(groups) ?? []).slice(0, GROUPS_MAX),
    expiresAtMs,
    sessionEndsAtMs: timeAt(statement, 'SessionNotOnOrAfter'),
  };
}

interface Confirmation {
  readonly request: string;
  readonly expiresAtMs: number;
}

/** SAML profiles 4.1.4.3: for us, in answer to a request, and not for ever. */
function confirmationOf(subject: unknown, answerUrl: string): Confirmation {
  const bearers = arrayAt(subject, 'SubjectConfirmation').filter(
    (one) => stringAt(objectAt(one, '$'), 'Method') === BEARER,
  );
  const data = bearers.map((one) => objectAt(firstAt(one, 'SubjectConfirmationData'), '$'));
  const ours = data.filter((one) => stringAt(one, 'Recipient') === answerUrl);
  if (ours.length === 0) throw refused('it is for another recipient');
  for (const one of ours) {
    const [request, endsAtMs] = [stringAt(one, 'InResponseTo'), timeAt(one, 'NotOnOrAfter')];
    if (request === null || request === '') throw refused('it answers no request');
    if (endsAtMs === null) throw refused('it has no end');
    if (Date.now() < endsAtMs + SKEW_MS) return { request, expiresAtMs: endsAtMs + SKEW_MS };
  }
  throw refused('it has expired');
}

function attributesOf(assertion: unknown): ReadonlyMap<string, readonly string[]> {
  const attributes = arrayAt(assertion, 'AttributeStatement').flatMap((one) =>
    arrayAt(one, 'Attribute'),
  );
  return new Map(
    attributes.map((one) => [
      stringAt(objectAt(one, '$'), 'Name') ?? '',
      arrayAt(one, 'AttributeValue')
        .map(textOf)
        .filter(isString)
        .map((text) => text.slice(0, TEXT_CHARACTERS_MAX)),
    ]),
  );
}

const firstAt = (value: unknown, name: string): unknown => arrayAt(value, name)[0];

/** An element's text: with attributes it is a member of its own. */
function textOf(element: unknown): string | null {
  const text = isString(element) ? element : stringAt(element, '_');
  return text === null || text.trim() === '' ? null : text.trim();
}

function timeAt(value: unknown, name: string): number | null {
  const atMs = Date.parse(stringAt(value, name) ?? '');
  return Number.isNaN(atMs) ? null : atMs;
}

const isMail = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text);
