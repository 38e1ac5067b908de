// A value in pieces over events, in forms that nothing else reads.
import { expect, test } from 'vitest';
import { isInChannel } from '../../../src/flow/incident/find-in-channels.ts';
import { needlesOf } from '../../../src/flow/incident/needles.ts';

const sung = (text: string, more: object = {}): string =>
  `event: sung\ndata: ${JSON.stringify({ type: 'sung', note: { text }, ...more })}\n\n`;
const letters = (more: (i: number) => object): string =>
  'my blue-moon-77!'
    .split('')
    .map((text, i) => sung(text, more(i)))
    .join('');

test.each([
  ['letter by letter', letters(() => ({})), true],
  ['each event with a number of its own', letters((i) => ({ event_id: i, sequence: i })), true],
  ['as base64', sung('Ymx1ZS1t') + sung('b29uLTc3'), true],
  [
    'beside another channel',
    sung('blue-', { index: 0 }) + sung('x', { index: 1 }) + sung('moon-77', { index: 0 }),
    true,
  ],
  ['over two channels', sung('blue-', { index: 0 }) + sung('moon-77', { index: 1 }), false],
  ['the other way round', sung('moon-77') + sung('blue-'), false],
  ['no events at all', 'blue-\nmoon-77\n', false],
])('%s', (_, reply, isThere) => {
  expect(isInChannel(Buffer.from(reply), needlesOf(['blue-moon-77'], []))).toBe(isThere);
});
