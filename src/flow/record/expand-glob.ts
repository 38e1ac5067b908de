// The files of a worktree that a shell's pattern means: `*`, `?`, `[…]` within a name, `**` across folders.
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A look is given up after as many names: what is left out is found at the commit. */
const NAMES_MAX = 20_000;
const SKIPPED = new Set(['.git', 'node_modules']);

export const isGlob = (path: string): boolean => /[*?[]/.test(path);

/** @param pattern relative to `root`. @returns paths relative to it, those of folders too. */
export async function expandGlob(root: string, pattern: string): Promise<readonly string[]> {
  const walk: Walk = { root, left: NAMES_MAX, found: new Set() };
  await step(walk, '', pattern.split('/'));
  return [...walk.found];
}

interface Walk {
  readonly root: string;
  left: number;
  readonly found: Set<string>;
}

async function step(walk: Walk, at: string, names: readonly string[]): Promise<void> {
  const [name, ...rest] = names;
  if (name === undefined) {
    if (at !== '') walk.found.add(at);
  } else if (name === '**') await descend(walk, at, rest);
  else if (isGlob(name)) {
    const isMet = segmentPattern(name);
    for (const entry of await list(walk, at))
      if (isMet(entry.name)) await step(walk, below(at, entry.name), rest);
  } else await step(walk, below(at, name), rest);
}

/** `**`: this folder and every one below it; as the last name all that is in them. */
async function descend(walk: Walk, at: string, rest: readonly string[]): Promise<void> {
  if (rest.length > 0) await step(walk, at, rest);
  for (const entry of await list(walk, at)) {
    const path = below(at, entry.name);
    if (rest.length === 0) walk.found.add(path);
    if (entry.isDirectory()) await descend(walk, path, rest);
  }
}

const below = (at: string, name: string): string => (at === '' ? name : `${at}/${name}`);

async function list(walk: Walk, at: string): Promise<readonly Dirent[]> {
  if (walk.left <= 0) return [];
  const options = { withFileTypes: true } as const;
  const entries = await readdir(join(walk.root, at), options).catch(() => []);
  walk.left -= entries.length;
  return entries.filter(({ name }) => !SKIPPED.has(name));
}

function segmentPattern(name: string): (name: string) => boolean {
  const source = name.replace(/\[!?[^\]]+\]|[*?]|[^*?[]+|\[/g, (piece) => {
    if (piece === '*') return '.*';
    if (piece === '?') return '.';
    if (/^\[.+\]$/.test(piece)) return piece.replace(/^\[!/, '[^').replaceAll('\\', String.raw`\\`);
    return piece.replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  });
  try {
    const pattern = new RegExp(`^${source}$`, 's');
    // a shell's `*` finds no hidden files
    return (text) => pattern.test(text) && (name.startsWith('.') || !text.startsWith('.'));
  } catch {
    return () => false; // `[z-a]`: no shell finds anything either
  }
}
