import { expect, test } from 'vitest';
import { openDenialBook } from '../../../src/flow/record/denial-book.ts';
import type { NewEvent } from '../../../src/model/event.ts';
import { plainRefusal } from '../../../src/proxy/refuse.ts';

test.each([
  ['one attempt', 1, [1]],
  ['the same again: counted, and written at the end', 4, [1, 3]],
])('%s is on record when the book is closed, however slow the store is', async (_, times, want) => {
  const stored: NewEvent[] = [];
  const addEvent = async (event: NewEvent): Promise<number> => {
    await new Promise((done) => setTimeout(done, 30));
    return stored.push(event);
  };
  const book = openDenialBook({ addEvent }, () => {});
  for (let time = 0; time < times; time += 1) book.note(plainRefusal(401, 'TOKEN_UNKNOWN', 'no'));
  await book.close();
  expect(stored.map(({ detail }) => detail['count'])).toEqual(want);
});
