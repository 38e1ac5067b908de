// A step of the build, from the table of commands: the manual pages, into the folder that is named, and what lists and
// completes commands.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readVersion } from '../model/version.ts';
import { formatManual } from '../print/manual.ts';
import { packagePlace } from '../model/package-place.ts';
import { loadAll } from './commands.ts';
import { FACES_FILE, formatFaces } from './faces.ts';

const [folder = 'dist/man'] = process.argv.slice(2);
const { specs, summaries } = await loadAll();
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
for (const { file, text } of formatManual(specs, summaries, readVersion()))
  await writeFile(join(folder, file), text);
await writeFile(packagePlace(FACES_FILE), formatFaces({ specs, summaries }));
