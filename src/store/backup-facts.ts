// What a backup says of itself, in a table of its own: where its log came from and how far it goes.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, isString, parseJson } from '../model/json.ts';
import { type Database, inTransaction } from './database.ts';

export interface BackupFacts {
  /** Of the log that was copied. */
  readonly origin: string;
  readonly vkey: string;
  /** Leaves. */
  readonly size: number;
  /** Signed over exactly what was copied. */
  readonly checkpoint: string;
  readonly atMs: number;
  /** The aitrail that wrote it. */
  readonly version: string;
}

const SCHEMA = 'aitrail.backup/1';

export function putFacts(copy: Database, home: string, facts: BackupFacts): void {
  const keys = join(home, 'keys');
  const names = existsSync(keys) ? readdirSync(keys).filter((name) => name.endsWith('.pub')) : [];
  const publicKeys = names.map((name) => [name, readFileSync(join(keys, name), 'utf8')]);
  inTransaction(copy, () => {
    copy.exec('CREATE TABLE backup (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID');
    const put = (name: string, value: string): number =>
      copy.run('INSERT INTO backup (name, value) VALUES (?, ?)', [name, value]);
    put('schema', SCHEMA);
    put('facts', JSON.stringify(facts));
    put('keys', JSON.stringify(Object.fromEntries(publicKeys)));
  });
}

/** @returns null where it is no backup of ours, or damaged. */
export function readFacts(copy: Database): BackupFacts | null {
  try {
    const row = copy.get<{ value: string }>(
      `SELECT value FROM backup WHERE name = 'facts' AND (SELECT value FROM backup WHERE name = 'schema') = ?`,
      [SCHEMA],
    );
    const isSound =
      copy.get<{ quick_check: string }>('PRAGMA quick_check(1)')?.quick_check === 'ok';
    const facts = parseJson(row?.value ?? '');
    return isSound && isFacts(facts) ? facts : null;
  } catch {
    return null; // no database, or none of ours
  }
}

/** Somebody else may have written it. */
const isFacts = (value: unknown): value is BackupFacts =>
  isObject(value) &&
  ['origin', 'vkey', 'checkpoint', 'version'].every((name) => isString(value[name])) &&
  ['size', 'atMs'].every((name) => Number.isSafeInteger(value[name])) &&
  isMoment(Number(value['atMs']));

const isMoment = (atMs: number): boolean => !Number.isNaN(new Date(atMs).getTime());
