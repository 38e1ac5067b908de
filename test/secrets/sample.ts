// Fills shapes with characters drawn at run time, so that no file of this project holds what looks like a secret.
import { createHash } from 'node:crypto';
import { parseShape, type ShapePart } from '../../src/secrets/shape.ts';

const ASCII = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));

/** The same draws in every run: one in thousands of random texts looks like no secret, and no test should depend on it. */
let draws = 0;
/** Each test file begins anew, whatever ran before it in the same process. */
export const restartDraws = (): number => (draws = 0);
export function drawIndex(below: number): number {
  draws += 1;
  return createHash('sha256').update(`sample ${draws}`).digest().readUInt32BE(0) % below;
}

/** A token of this shape; open-ended classes get their least and 12 characters more. */
export const fillShape = (shape: string): string => parseShape(shape).map(fillPart).join('');

/** The same with one character repeated: what documentation shows instead of a token. */
export const fillShapeWith = (shape: string, character: string): string =>
  parseShape(shape)
    .map((part) => (part.kind === 'literal' ? part.text : character.repeat(part.least)))
    .join('');

function fillPart(part: ShapePart): string {
  if (part.kind === 'literal') return part.text;
  const length = part.most === null ? part.least + 12 : part.least;
  return drawText(part.characters, length);
}

/** @param characters the inside of a bracket expression. */
export function drawText(characters: string, length: number): string {
  const pattern = new RegExp(`[${characters}]`);
  const alphabet = ASCII.filter((character) => pattern.test(character) && character !== '=');
  return Array.from({ length }, () => alphabet[drawIndex(alphabet.length)] ?? '').join('');
}
