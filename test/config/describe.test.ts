import { expect, test } from 'vitest';
import { describeConfiguration } from '../../src/config/describe.ts';

test('docs/configuration.md says what the schema says (vitest -u writes it)', async () => {
  await expect(describeConfiguration()).toMatchFileSnapshot('../../docs/configuration.md');
});
