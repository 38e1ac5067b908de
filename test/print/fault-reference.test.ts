import { expect, test } from 'vitest';
import { describeFaults } from '../../src/print/fault-reference.ts';

test('docs/errors.md says what the table of errors says (vitest -u writes it)', async () => {
  await expect(describeFaults()).toMatchFileSnapshot('../../docs/errors.md');
});
