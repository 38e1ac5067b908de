// Scripts whose subject changes seldom, or that wait and kill.
import { readdirSync } from 'node:fs';
import { test } from 'vitest';
import { runScript } from '../script.ts';

const SCRIPT_MS_MAX = 240_000;

test.concurrent.each(readdirSync('test/slow/scripts'))(
  '%s',
  (name) => runScript(`test/slow/scripts/${name}`),
  SCRIPT_MS_MAX,
);
