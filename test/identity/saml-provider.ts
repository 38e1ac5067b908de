// A SAML 2.0 provider on loopback that signs as real ones do (enveloped XML signature, exclusive canonical form), and a
// person's browser on the way to it and back.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { webcrypto } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import * as x509 from '@peculiar/x509';
import { SignedXml } from 'xml-crypto';

export interface SigningKey {
  /** PEM. */
  readonly certificate: string;
  readonly privateKey: string;
}

/** What a response says. Times are seconds from now; null: it does not say. */
export interface Said {
  readonly id: string;
  readonly issuer: string;
  readonly audience: string;
  readonly recipient: string;
  readonly inResponseTo: string | null;
  readonly notBeforeS: number;
  readonly endsS: number;
  /** XML. */
  readonly nameId: string;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  readonly status: string;
  /** Of the login at the provider. */
  readonly sessionEndsS: number | null;
}

export interface SamlRequest {
  readonly id: string;
  readonly issuer: string;
  /** Where the answer is wanted. */
  readonly answerUrl: string;
}

export interface SamlIdp {
  readonly issuer: string;
  readonly entryPoint: string;
  readonly key: SigningKey;
  /** Of the answers from now on. */
  said: Partial<Said>;
  readonly close: () => Promise<void>;
}

export async function makeSigningKey(): Promise<SigningKey> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: 'SHA-256',
  };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    { name: 'CN=idp.example', keys, signingAlgorithm: algorithm },
    webcrypto,
  );
  const der = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificate: certificate.toString('pem'),
    privateKey: x509.PemConverter.encode(der, 'PRIVATE KEY'),
  };
}

export async function startSamlIdp(): Promise<SamlIdp> {
  const key = await makeSigningKey();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', entryPoint);
    const asked = readRequest(url);
    const said = { ...answerTo(asked, issuer), ...made.said };
    const answer = encode(sign(responseXml(said), key));
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(
      `<form method="post" action="${asked.answerUrl}"><input name="SAMLResponse" value="${answer}"></form>`,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const origin = `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : 0)}`;
  const [issuer, entryPoint] = [`${origin}/metadata`, `${origin}/sso`];
  const made: SamlIdp = {
    issuer,
    entryPoint,
    key,
    said: {},
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return made;
}

/** As the browser carries it (HTTP-Redirect binding). */
function readRequest(link: URL): SamlRequest {
  const deflated = Buffer.from(link.searchParams.get('SAMLRequest') ?? '', 'base64');
  const xml = inflateRawSync(deflated).toString('utf8');
  return {
    id: /\sID="([^"]+)"/.exec(xml)?.[1] ?? '',
    issuer: /Issuer[^>]*>([^<]+)</.exec(xml)?.[1] ?? '',
    answerUrl: /AssertionConsumerServiceURL="([^"]+)"/.exec(xml)?.[1] ?? '',
  };
}

let count = 0;

/** A good answer. */
export function answerTo(request: SamlRequest, issuer: string): Said {
  count += 1;
  return {
    id: `_assertion${String(count)}`,
    issuer,
    audience: request.issuer,
    recipient: request.answerUrl,
    inResponseTo: request.id,
    notBeforeS: -5,
    endsS: 60,
    nameId: 'ada@example.com',
    attributes: { name: ['Ada'], groups: ['leads', 'makers'] },
    status: 'urn:oasis:names:tc:SAML:2.0:status:Success',
    sessionEndsS: null,
  };
}

const at = (inS: number): string => new Date(Date.now() + inS * 1000).toISOString();
const when = <T>(value: T | null, write: (value: T) => string): string =>
  value === null ? '' : write(value);

/** Unsigned. */
export function responseXml(said: Said): string {
  const asked = when(said.inResponseTo, (id) => ` InResponseTo="${id}"`);
  return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${said.id}-response" Version="2.0" IssueInstant="${at(0)}" Destination="${said.recipient}"${asked}><saml:Issuer>${said.issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="${said.status}"/></samlp:Status>${assertionXml(said)}</samlp:Response>`;
}

export function assertionXml(said: Said): string {
  const asked = when(said.inResponseTo, (id) => ` InResponseTo="${id}"`);
  const session = when(said.sessionEndsS, (inS) => ` SessionNotOnOrAfter="${at(inS)}"`);
  const attributes = Object.entries(said.attributes).map(
    ([name, values]) =>
      `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('')}</saml:Attribute>`,
  );
  return `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${said.id}" Version="2.0" IssueInstant="${at(0)}"><saml:Issuer>${said.issuer}</saml:Issuer><saml:Subject><saml:NameID>${said.nameId}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData${asked} NotOnOrAfter="${at(said.endsS)}" Recipient="${said.recipient}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="${at(said.notBeforeS)}" NotOnOrAfter="${at(said.endsS)}"><saml:AudienceRestriction><saml:Audience>${said.audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="${at(0)}"${session}><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>${attributes.join('')}</saml:AttributeStatement></saml:Assertion>`;
}

const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';

interface Signing {
  readonly element: 'Assertion' | 'Response';
  readonly algorithm: string;
  readonly digest: string;
}

/** The signature stands where providers put it: behind the issuer. */
export function sign(xml: string, key: SigningKey, how: Partial<Signing> = {}): string {
  const { element = 'Assertion', algorithm = RSA_SHA256, digest = SHA256 } = how;
  const path = `//*[local-name(.)='${element}']`;
  const signed = new SignedXml({
    privateKey: key.privateKey,
    signatureAlgorithm: algorithm,
    canonicalizationAlgorithm: C14N,
  });
  signed.addReference({
    xpath: path,
    digestAlgorithm: digest,
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', C14N],
  });
  const location = { reference: `${path}/*[local-name(.)='Issuer']`, action: 'after' } as const;
  signed.computeSignature(xml, { location, prefix: 'ds' });
  return signed.getSignedXml();
}

export const encode = (xml: string): string => Buffer.from(xml).toString('base64');

export interface Posted {
  readonly status: number;
  readonly text: string;
  /** Where the page leads on; null: nowhere. */
  readonly next: string | null;
}

/** What a browser does with the provider's form. */
export async function postAnswer(answerUrl: string, answer: string): Promise<Posted> {
  const response = await fetch(answerUrl, {
    method: 'POST',
    body: new URLSearchParams({ SAMLResponse: answer }),
  });
  const text = await response.text();
  const next = /url=([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? null;
  return { status: response.status, text, next };
}

/** From the login's link to the provider's form, not sent yet. */
export async function openForm(
  link: string,
): Promise<{ readonly request: SamlRequest; readonly answer: string }> {
  const redirect = await fetch(link, { redirect: 'manual' });
  const there = new URL(redirect.headers.get('location') ?? '');
  const page = await (await fetch(there)).text();
  return { request: readRequest(there), answer: /value="([^"]+)"/.exec(page)?.[1] ?? '' };
}
