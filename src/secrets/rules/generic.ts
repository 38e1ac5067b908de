// Formats that belong to no provider.
import type { SecretRule } from '../rule.ts';

export const GENERIC_RULES: readonly SecretRule[] = [
  {
    id: 'jwt',
    shapes: [
      'eyJ{b10,}.eyJ{b10,}.{b20,}',
      // a payload longer than one attempt
      'eyJ{b10,}.eyJ{b2000,}',
      'eyJ{b10,}..{b10,}.{b10,}.{b16,}',
    ],
    check: hasJwtHeader,
    entropy: 3.5,
  },
  { id: 'encoded-private-key', shapes: ['LS0tLS1CRUdJTi{S60,}'], check: isEncodedKey, entropy: 3 },
  { id: 'putty-key', shapes: ['Private-MAC: {h40,64}'], lead: 13 },
];

/** `{"sub":"1234567890`: the token that every page about JWTs shows. */
const EXAMPLE_SUBJECT = 'eyJzdWIiOiIxMjM0NTY3ODkw';

/** RFC 7519: the first part decodes to a JSON object that names an algorithm. */
function hasJwtHeader(token: string): boolean {
  const header = Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('latin1');
  if (!header.startsWith('{"') || !/"(?:alg|typ|enc|kid)"/.test(header)) return false;
  return !token.includes(EXAMPLE_SUBJECT);
}

/** Base64 of a PEM header: kubeconfigs and Kubernetes secrets hold keys like this. */
const KEY_HEADER = /^-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY/;

function isEncodedKey(token: string): boolean {
  return KEY_HEADER.test(Buffer.from(token.slice(0, 80), 'base64').toString('latin1'));
}
