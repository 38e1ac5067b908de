import { expect, test } from 'vitest';
import { replay, type Happening } from './replay.ts';

const wrote = (text: string): Happening => ({
  by: 'claude',
  edit: { kind: 'write', path: 'a', text },
});
const KEEP = 'retention:\n  daily: 14\n  weekly: 8\n  monthly: 12\ntarget: s3\n';

test.each<[string, Happening[], string, string]>([
  [
    'keys in another order',
    [wrote(KEEP)],
    'retention:\n  monthly: 12\n  weekly: 8\n  daily: 14\ntarget: s3\n',
    'aaaaa',
  ],
  [
    'a person’s keys that a model sorted',
    [
      { seen: KEEP },
      wrote('retention:\n  monthly: 12\n  weekly: 8\n  daily: 14\ntarget: s3\nencrypt: aes\n'),
    ],
    'retention:\n  monthly: 12\n  weekly: 8\n  daily: 14\ntarget: s3\nencrypt: aes\n',
    'hhhhha',
  ],
  [
    'a statement two lines up',
    [wrote('let n = 0;\nread(feed);\nn += 1;\nclose(feed);\n')],
    'let n = 0;\nn += 1;\nread(feed);\nclose(feed);\n',
    'aaaa',
  ],
])('%s', (...[, happenings, final, labels]) =>
  expect(replay(happenings, final).labels).toBe(labels),
);
