// What hooks do is the same whoever answers them: the default suite runs their scripts with the fallback, this one with a
// daemon.
import { readdirSync } from 'node:fs';
import { test } from 'vitest';
import { runScript } from '../script.ts';

/** These stop, start or take away themselves what answers. */
const OWN_WORLD = new Set(['hooks-adversity.txt', 'hooks-mask-killed.txt']);

const SCRIPT_MS_MAX = 240_000;

test.concurrent.each(
  readdirSync('test/scripts').filter((name) => name.startsWith('hooks-') && !OWN_WORLD.has(name)),
)('%s', (name) => runScript(`test/scripts/${name}`, { hasDaemon: true }), SCRIPT_MS_MAX);
