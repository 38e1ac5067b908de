// npm run bench:noise -- FOLDER [MB]: how many masks a megabyte of real source gets, by class of file, at most MB of it.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readSource } from '../../src/secrets/read-source.ts';
import { openScanner } from '../../src/secrets/scanner.ts';

const MB = 1_000_000;
const BAR = 2;
/** The first that fits a file is its class. */
const CLASSES: readonly (readonly [string, (name: string, text: string) => boolean])[] = [
  ['lock files', (name) => /(?:-lock\.(?:json|yaml)|\.lock|go\.sum|shrinkwrap\.json)$/.test(name)],
  ['source maps', (name) => name.endsWith('.map')],
  ['certificates, public keys', (_, text) => /-----BEGIN (?:CERTIFICATE|[A-Z ]*PUBLIC)/.test(text)],
  ['images, fonts in text', (_, text) => /data:(?:image|font)\/[\w+-]{2,20};base64,/.test(text)],
  ['minified code', (name, text) => /\.[cm]?js$/.test(name) && isMinified(text)],
  ['hashes, UUIDs', (_, text) => HASH.test(text)],
  ['documentation', (name) => /\.(?:md|markdown|txt|html?)$/i.test(name)],
  ['declarations', (name) => /\.d\.[cm]?ts$/.test(name)],
  ['code', (name) => /\.[cm]?[jt]sx?$/.test(name)],
  ['the rest', () => true],
];
const HASH = /\b[0-9a-f]{40}\b|sha\d{3}-|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/;
const isMinified = (text: string): boolean => text.length / text.split('\n').length > 300;

interface Tally {
  files: number;
  bytes: number;
  masks: number;
}

function run(folder: string, bytesMax: number): void {
  const scanner = openScanner();
  const tallies = new Map<string, Tally>();
  const all = { files: 0, bytes: 0, masks: 0 };
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || all.bytes >= bytesMax) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    const source = readSource(bytes);
    if (source === null) continue;
    const masks = scanner.scan(source.text);
    const tally = tallyOf(tallies, classOf(basename(path), source.text));
    for (const each of [all, tally]) {
      each.files += 1;
      each.bytes += bytes.length;
      each.masks += masks.length;
    }
  }
  for (const [name, tally] of [...tallies, ['all', all] as const]) print(name, tally);
  process.exitCode = all.masks / (all.bytes / MB) <= BAR ? 0 : 1;
}

function tallyOf(tallies: Map<string, Tally>, name: string): Tally {
  const tally = tallies.get(name) ?? { files: 0, bytes: 0, masks: 0 };
  tallies.set(name, tally);
  return tally;
}

const classOf = (name: string, text: string): string =>
  CLASSES.find(([, fits]) => fits(name, text))?.[0] ?? '';

const print = (name: string, { files, bytes, masks }: Tally): void =>
  void process.stdout.write(
    `${name.padEnd(26)} ${String(files).padStart(6)} files ${(bytes / MB).toFixed(1).padStart(6)} MB ` +
      `${String(masks).padStart(4)} masks ${(masks / (bytes / MB)).toFixed(2).padStart(6)} per MB\n`,
  );

const [folder, megabytes = '100'] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: npm run bench:noise -- FOLDER [MB]\n');
  process.exitCode = 2;
} else {
  run(folder, Number(megabytes) * MB);
}
