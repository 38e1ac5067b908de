// A file that was named as an argument or option.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import type { Invocation } from './command.ts';

/** @param name as typed. @throws Fault USAGE where it is missing or cannot be read. */
export async function readText(
  caller: Caller,
  name: Invocation['options'][string],
): Promise<string> {
  const file = resolve(caller.cwd, typeof name === 'string' ? name : '');
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Fault('USAGE', `${file} cannot be read`, { cause, fix: 'name a readable file' });
  });
}
