// Answers of a SAML provider: what is taken, and every forgery that the literature knows.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSamlAnswer, type SamlPlace } from '../../src/identity/saml-provider.ts';
import {
  answerTo,
  assertionXml,
  encode,
  makeSigningKey,
  responseXml,
  type Said,
  sign,
  type SigningKey,
} from './saml-provider.ts';

const ISSUER = 'https://idp.example/metadata';
const REQUEST = {
  id: '_asked',
  issuer: 'https://gateway.example/-/saml/metadata',
  answerUrl: 'https://gateway.example/-/saml/acs',
};

const dir = mkdtempSync(join(tmpdir(), 'saml-'));
const certificate = join(dir, 'idp.pem');
let keys: readonly [SigningKey, SigningKey];
beforeAll(async () => {
  keys = [await makeSigningKey(), await makeSigningKey()];
  writeFileSync(certificate, `the provider’s\n${keys[0].certificate}\n`);
});
afterAll(() => rmSync(dir, { recursive: true }));

const place: SamlPlace = {
  provider: {
    issuer: ISSUER,
    entryPoint: 'https://idp.example/sso',
    certificate,
    entityId: null,
    attributes: { email: 'email', name: 'name', groups: 'groups' },
    lifetimeMs: 3_600_000,
  },
  answerUrl: REQUEST.answerUrl,
  metadataUrl: REQUEST.issuer,
};

const good = (more: Partial<Said> = {}): Said => ({ ...answerTo(REQUEST, ISSUER), ...more });
const signed = (more: Partial<Said> = {}): string => sign(responseXml(good(more)), keys[0]);

const outcome = async (xml: string): Promise<string> => {
  try {
    return (await readSamlAnswer(place, encode(xml))).subject;
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'IDENTITY_REFUSED' });
    return thrown instanceof Error ? thrown.message.replace(/^.*: /, '') : '';
  }
};

test('a good answer says who it is', async () => {
  const said = good({ sessionEndsS: 600 });
  const read = await readSamlAnswer(place, encode(sign(responseXml(said), keys[0])));
  expect(read).toMatchObject({
    id: said.id,
    request: '_asked',
    subject: 'ada@example.com',
    email: 'ada@example.com',
    name: 'Ada',
    groups: ['leads', 'makers'],
  });
  expect(read.sessionEndsAtMs ?? 0).toBeGreaterThan(Date.now());
});

test('a name ID that is no address, and attributes of another name', async () => {
  const attributes = { 'urn:mail': ['ada@example.com'], 'urn:teams': ['leads'] };
  const provider = {
    ...place.provider,
    attributes: { email: 'urn:mail', name: 'name', groups: 'urn:teams' },
  };
  const xml = signed({ nameId: 'a-7', attributes });
  expect(await readSamlAnswer({ ...place, provider }, encode(xml))).toMatchObject({
    subject: 'a-7',
    email: 'ada@example.com',
    name: '',
    groups: ['leads'],
  });
});

test('the response around it may be signed as well', async () => {
  expect(await outcome(sign(signed(), keys[0], { element: 'Response' }))).toBe('ada@example.com');
});

test('while the provider changes its key both certificates count, and the old one no longer when it is gone', async () => {
  const [old, renewed] = keys;
  const answers = keys.map((key) => sign(responseXml(good()), key));
  const outcomes = async (...held: readonly SigningKey[]) => {
    writeFileSync(certificate, held.map((key) => key.certificate).join('\n'));
    return Promise.all(answers.map(outcome));
  };
  const [who, wrong] = ['ada@example.com', SIGNATURE];
  expect(await outcomes(old)).toEqual([who, wrong]);
  expect(await outcomes(old, renewed)).toEqual([who, who]);
  expect(await outcomes(renewed)).toEqual([wrong, who]);
  expect(await outcomes(old)).toEqual([who, wrong]); // as the others have it
});

const SIGNATURE = 'its signature is missing or wrong';
const SHA1 = 'http://www.w3.org/2000/09/xmldsig#';

const CASES: readonly (readonly [name: string, make: () => string, why: string])[] = [
  ['unsigned', () => responseXml(good()), SIGNATURE],
  [
    'signed around an unsigned assertion',
    () => sign(responseXml(good()), keys[0], { element: 'Response' }),
    SIGNATURE,
  ],
  ['a key of somebody else', () => sign(responseXml(good()), keys[1]), SIGNATURE],
  ['changed afterwards', () => signed().replace('Ada', 'Eve'), SIGNATURE],
  [
    'another name in it',
    () => signed().replace('>ada@example.com<', '>eve@example.com<'),
    SIGNATURE,
  ],
  [
    'SHA-1',
    () =>
      sign(responseXml(good()), keys[0], { algorithm: `${SHA1}rsa-sha1`, digest: `${SHA1}sha1` }),
    'its algorithms are not allowed',
  ],
  [
    'a shared secret',
    () =>
      signed().replace(
        'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
        'http://www.w3.org/2000/09/xmldsig#hmac-sha1',
      ),
    'its algorithms are not allowed',
  ],
  ['expired', () => signed({ notBeforeS: -600, endsS: -60 }), 'it has expired'],
  ['not valid yet', () => signed({ notBeforeS: 120, endsS: 180 }), 'it is not valid yet'],
  [
    'another audience',
    () => signed({ audience: 'https://else.example' }),
    'it is for another audience',
  ],
  ['another issuer', () => signed({ issuer: 'https://evil.example' }), 'it is of another issuer'],
  [
    'another recipient',
    () => signed({ recipient: 'https://else.example/acs' }),
    'it is for another recipient',
  ],
  ['nobody asked', () => signed({ inResponseTo: null }), 'it answers no request'],
  [
    'a comment in the name',
    () => signed({ nameId: 'root@example.com<!-- -->.evil.example' }),
    'it has a DTD, a comment or a CDATA section',
  ],
  [
    'a comment put into it',
    () => signed({ nameId: 'ada@example.com.evil' }).replace('.com.evil', '.com<!---->.evil'),
    'it has a DTD, a comment or a CDATA section',
  ],
  [
    'an instruction in the name',
    () => signed().replace('ada@', 'ada<?x y?>@'),
    'it has a processing instruction',
  ],
  [
    'a DTD with an external entity',
    () =>
      `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>${signed().replace('Ada', '&x;')}`,
    'it has a DTD, a comment or a CDATA section',
  ],
  ['no name', () => signed({ nameId: '' }), 'it names nobody'],
  [
    'a login that failed',
    () =>
      responseXml(good({ status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' })).replace(
        /<saml:Assertion.*<\/saml:Assertion>/,
        '',
      ),
    'it has no assertion',
  ],
  [
    'an encrypted assertion',
    () => responseXml(good()).replaceAll('saml:Assertion', 'saml:EncryptedAssertion'),
    'its assertion is encrypted',
  ],
  ['no XML', () => 'hello', 'it is not one response'],
  ['broken XML', () => signed().replace('</saml:Subject>', ''), SIGNATURE],
  // an hour of a parser's time
  [
    'wide',
    () => signed().replace('<samlp:Status>', `${'<a/>'.repeat(60_000)}<samlp:Status>`),
    'it is too long',
  ],
  [
    'deep',
    () =>
      signed().replace('<samlp:Status>', `${'<a>'.repeat(99)}${'</a>'.repeat(99)}<samlp:Status>`),
    'it is too long',
  ],
  [
    'many names',
    () => signed().replace('<samlp:Status', `<samlp:Status ${'a="1" '.repeat(600)}`),
    'it is too long',
  ],
  ['too long', () => signed().replace('Ada', 'A'.repeat(300_000)), 'it is too long'],
];

test.each(CASES)('refused: %s', async (_, make, why) => {
  expect(await outcome(make())).toBe(why);
});

const EVIL = 'root@example.com';
const evil = (id = '_evil'): string => assertionXml(good({ id, nameId: EVIL }));
const parts = () => {
  const xml = signed();
  const [assertion = ''] = /<saml:Assertion.*<\/saml:Assertion>/.exec(xml) ?? [];
  const [signature = ''] = /<ds:Signature.*<\/ds:Signature>/.exec(assertion) ?? [];
  return { xml, assertion, signature, bare: assertion.replace(signature, '') };
};
const whole = () => {
  const xml = sign(responseXml(good()), keys[0], { element: 'Response' });
  const [signature = ''] = /<ds:Signature.*<\/ds:Signature>/.exec(xml) ?? [];
  const bare = xml.replace(signature, '');
  const forged = bare
    .replace(/-response"/, '-evil"')
    .replace(/<saml:Assertion.*<\/saml:Assertion>/, evil());
  return { signature, bare, forged };
};
const withEvilId = (assertion: string): string =>
  assertion.replace(/ ID="[^"]+"/, ' ID="_evil"').replace('>ada@example.com<', `>${EVIL}<`);

// Somorovsky et al., On Breaking SAML (2012), as numbered by SAML Raider; 1 and 2 wrap a signed response
describe('signature wrapping', () => {
  const VARIANTS: readonly (readonly [number, () => string])[] = [
    [
      1,
      () => {
        const { signature, bare, forged } = whole();
        const wrapped = signature.replace('</ds:Signature>', `${bare}</ds:Signature>`);
        return forged.replace('</saml:Issuer>', `</saml:Issuer>${wrapped}`);
      },
    ],
    [
      2,
      () => {
        const { signature, bare, forged } = whole();
        return forged.replace('</saml:Issuer>', `</saml:Issuer>${bare}${signature}`);
      },
    ],
    [
      3,
      () => {
        const { xml, assertion } = parts();
        return xml.replace(assertion, `${evil()}${assertion}`);
      },
    ],
    [
      4,
      () => {
        const { xml, assertion } = parts();
        const around = evil().replace('</saml:Assertion>', `${assertion}</saml:Assertion>`);
        return xml.replace(assertion, around);
      },
    ],
    [
      5,
      () => {
        const { xml, assertion, bare } = parts();
        return xml.replace(assertion, `${withEvilId(assertion)}${bare}`);
      },
    ],
    [
      6,
      () => {
        const { xml, assertion, bare } = parts();
        const inside = `${bare}</ds:Signature>`;
        return xml.replace(assertion, withEvilId(assertion).replace('</ds:Signature>', inside));
      },
    ],
    [
      7,
      () => {
        const { xml, assertion } = parts();
        return xml.replace(assertion, `<samlp:Extensions>${evil()}</samlp:Extensions>${assertion}`);
      },
    ],
    [
      8,
      () => {
        const { xml, assertion, bare } = parts();
        const object = `<ds:Object>${bare}</ds:Object></ds:Signature>`;
        return xml.replace(assertion, withEvilId(assertion).replace('</ds:Signature>', object));
      },
    ],
  ];

  test.each(VARIANTS)('variant %i', async (_, make) => {
    const xml = make();
    expect(xml).toContain(EVIL);
    expect(await outcome(xml)).toMatch(/several assertions|not one response/);
  });

  test('the same ID twice', async () => {
    const { xml, signature } = parts();
    const [, id = ''] = /<saml:Assertion[^>]* ID="([^"]+)"/.exec(xml) ?? [];
    const twice = xml.replace('<samlp:Status>', `<samlp:Status ID="${id}">`);
    expect(signature).toContain(`#${id}`);
    expect(await outcome(twice)).toBe('an ID stands for several elements');
  });
});

test('several certificates: the provider changes its key', async () => {
  const both = join(dir, 'both.pem');
  writeFileSync(both, keys.map((key) => key.certificate).join('\n'));
  const changing = { ...place, provider: { ...place.provider, certificate: both } };
  for (const key of keys)
    expect(await readSamlAnswer(changing, encode(sign(responseXml(good()), key)))).toMatchObject({
      name: 'Ada',
    });
});

test.each([
  ['no file', () => join(dir, 'absent.pem')],
  ['no certificate', () => import.meta.filename],
])('%s: said, and nobody gets in', async (_, file) => {
  const blind = { ...place, provider: { ...place.provider, certificate: file() } };
  await expect(readSamlAnswer(blind, encode(signed()))).rejects.toMatchObject({
    code: 'KEY_UNREADABLE',
  });
});
