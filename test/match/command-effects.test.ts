import { expect, test } from 'vitest';
import { mayWriteSources } from '../../src/match/command-effects.ts';

test.each([
  ['npm test', false],
  ['cd app && CI=1 npm run test:unit -- --watch=false', false],
  ['timeout 60 pytest -q; echo done', false],
  ['go test ./... | tail -5', true], // tail is nobody's test: whatever else stands there may write
  ['cargo clippy', false],
  ['cargo clippy --fix', true],
  ['npx eslint src --fix', true],
  ['npx prettier --check .', false],
  ['npx prettier --write .', true],
  ["sed -i 's/a/b/' src/a.ts", true],
  ['npm run lint:fix', true],
  ['npm test -- -u', true],
  ['npm test && node scripts/codegen.js', true],
  ['npx create-vite app', true],
  ['echo x > src/a.ts', true],
])('%s', (command, may) => expect(mayWriteSources(command)).toBe(may));
