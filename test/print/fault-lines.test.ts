import { expect, test } from 'vitest';
import { Fault } from '../../src/model/fault.ts';
import { faultLines } from '../../src/print/fault-lines.ts';

test.each([
  ['a fault', new Fault('USAGE', 'src/\u001B[31mbad\u202E.js is not there', { fix: 'x\u0007' })],
  ['a defect', new Error('no \u001B]52;c;QQ==\u0007 here')],
])('%s that names what somebody else wrote moves no terminal', (_, thrown) => {
  expect(faultLines(thrown, false)).toMatch(/^aitrail: [^\p{Cc}\u202E]+\n {2}fix: [^\p{Cc}]+\n$/u);
});
