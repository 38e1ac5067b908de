// Values that look like secrets and open nothing, made at run time so that no file holds one.
import { createHash, generateKeyPairSync } from 'node:crypto';

/** Letters and digits, the same for the same seed. */
export function letters(seed: string, length: number): string {
  let text = '';
  for (let turn = 0; text.length < length; turn += 1)
    text += createHash('sha512').update(`${seed} ${turn}`).digest('base64').replaceAll(/\W/g, '');
  return text.slice(0, length);
}

/** The first letter is no digit and no lower-case hex digit: it counts in escapes. */
export const BODY = `Q${letters('body', 35)}`;
export const PAT = ['gh', 'p_', BODY].join('');
export const OTHER_PAT = ['gh', 'p_', letters('other', 36)].join('');
export const AWS_ID = [
  'AK',
  'IA',
  letters('aws', 60)
    .toUpperCase()
    .replaceAll(/[^A-Z2-7]/g, ''),
]
  .join('')
  .slice(0, 20);
/** In base64, with solidi. */
export const AWS_SECRET = `${letters('a', 9)}/${letters('b', 14)}/${letters('c', 15)}`;
/** 164 characters. */
export const LONG_KEY = [
  ['sk', 'proj', ''].join('-'),
  letters('left', 74),
  ['T3Blbk', 'FJ'].join(''),
  letters('right', 74),
].join('');
export const PASSWORD = `Tr${letters('word', 9)}-9x`;

const pem = (modulusLength: number, type: 'pkcs1' | 'pkcs8'): string =>
  generateKeyPairSync('rsa', {
    modulusLength,
    privateKeyEncoding: { type, format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey.trim();

const armour = (label: string, bytes: number): string => {
  const body = Buffer.from(letters(label, bytes)).toString('base64');
  const lines = body.match(/.{1,64}/g) ?? [];
  const [begin, end] = ['BEGIN', 'END'].map((word) => `-----${word} ${label}-----`);
  return [begin, ...lines, end].join('\n');
};

export const PRIVATE = ['PRIVATE', 'KEY'].join(' ');
/** What is secret of an armoured key: not the lines that say what it is. */
export const bodyOf = (key: string): string =>
  key.replace(/^-----BEGIN [A-Z ]+-----(?:\r?\n)/, '').replace(/\r?\n-----END [A-Z ]+-----$/, '');

/** About 1,190 bytes of DER. */
export const RSA_KEY = pem(2048, 'pkcs1');
/** Frames and lengths of real ones; making keys of that size takes seconds. */
export const SSH_KEY = armour(`OPENSSH ${PRIVATE}`, 370);
export const LARGE_KEY = armour(PRIVATE, 4700);
export const PUBLIC_BLOCKS = [armour('CERTIFICATE', 700), armour('PUBLIC KEY', 294)].join('\n');
