// A step of the build: the manual pages, from the table of commands, into the folder that is named.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readVersion } from '../model/version.ts';
import { formatManual } from '../print/manual.ts';
import { loadAll } from './commands.ts';

const [folder = 'dist/man'] = process.argv.slice(2);
const { specs, summaries } = await loadAll();
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
for (const { file, text } of formatManual(specs, summaries, readVersion()))
  await writeFile(join(folder, file), text);
