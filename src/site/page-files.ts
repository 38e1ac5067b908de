// The built pages: read once, served from memory. No path of a request ever reaches the disk.
import { readFile } from 'node:fs/promises';
import { Fault } from '../model/fault.ts';
import { packagePlace } from '../model/package-place.ts';

export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
}

const FILES: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'main.js': 'text/javascript; charset=utf-8',
  'main.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};

export const pagePlace = (name: string): string => packagePlace(`dist/web/${name}`);

/** @returns by path, `/main.js`. @throws Fault PAGES_MISSING. */
export async function readPageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const files = new Map<string, PageFile>();
  for (const [name, type] of Object.entries(FILES)) {
    const bytes = await readFile(pagePlace(name)).catch((cause: unknown) => {
      throw new Fault('PAGES_MISSING', `the pages are not there: dist/web/${name}`, { cause });
    });
    files.set(`/${name}`, { type, bytes });
  }
  return files;
}
