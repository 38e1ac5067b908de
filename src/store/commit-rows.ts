// Which exchanges' lines a commit holds, and the vault's entries.
import type { Database } from './database.ts';
import { appendLeaf } from './log-rows.ts';
import type { CommitRecord } from './store.ts';
import type { VaultEntry } from './vault-store.ts';

export function addCommit(
  database: Database,
  record: Omit<CommitRecord, 'logIndex'>,
  leaf: Uint8Array,
): { readonly logIndex: number } {
  const logIndex = appendLeaf(database, leaf);
  const n = database.run(
    'INSERT INTO commits (repository, commit_id, at_ms, log_index) VALUES (?, ?, ?, ?)',
    [record.repository, record.commit, record.atMs, logIndex],
  );
  for (const exchange of new Set(record.exchanges))
    database.run('INSERT INTO commit_exchanges (exchange, commit_n) VALUES (?, ?)', [exchange, n]);
  return { logIndex };
}

/** @returns oldest first. */
export function findCommits(database: Database, exchange: string): readonly CommitRecord[] {
  const rows = database.all<CommitRow>(
    `SELECT c.* FROM commit_exchanges x JOIN commits c ON c.n = x.commit_n WHERE x.exchange = ? ORDER BY c.n`,
    [exchange],
  );
  return rows.map((row) => commitOf(database, row));
}

/** The newest record of a commit, null if it was never attested here. */
export function findCommit(database: Database, commit: string): CommitRecord | null {
  const row = database.get<CommitRow>(
    'SELECT * FROM commits WHERE commit_id = ? ORDER BY n DESC LIMIT 1',
    [commit],
  );
  return row === undefined ? null : commitOf(database, row);
}

export function putSecret(database: Database, entry: VaultEntry): void {
  database.run(
    `INSERT INTO vault (placeholder, rule, nonce, ciphertext, expires_ms) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (placeholder) DO UPDATE SET nonce = excluded.nonce, ciphertext = excluded.ciphertext,
       expires_ms = max(expires_ms, excluded.expires_ms)`,
    [entry.placeholder, entry.rule, entry.nonce, entry.ciphertext, entry.expiresAtMs],
  );
}

export function findSecret(
  database: Database,
  placeholder: string,
  nowMs: number,
): VaultEntry | null {
  const row = database.get<VaultRow>(
    'SELECT * FROM vault WHERE placeholder = ? AND expires_ms > ?',
    [placeholder, nowMs],
  );
  if (row === undefined) return null;
  return {
    placeholder: row.placeholder,
    rule: row.rule,
    nonce: row.nonce,
    ciphertext: row.ciphertext,
    expiresAtMs: row.expires_ms,
  };
}

/** Values past their time are gone from the file, not only from the answers. */
export const dropExpiredSecrets = (database: Database, nowMs: number): void => {
  database.run('DELETE FROM vault WHERE expires_ms <= ?', [nowMs]);
};

function commitOf(database: Database, row: CommitRow): CommitRecord {
  const exchanges = database.all<{ exchange: string }>(
    'SELECT exchange FROM commit_exchanges WHERE commit_n = ?',
    [row.n],
  );
  return {
    repository: row.repository,
    commit: row.commit_id,
    atMs: row.at_ms,
    exchanges: exchanges.map(({ exchange }) => exchange),
    logIndex: row.log_index,
  };
}

interface CommitRow {
  readonly n: number;
  readonly repository: string;
  readonly commit_id: string;
  readonly at_ms: number;
  readonly log_index: number;
}

interface VaultRow {
  readonly placeholder: string;
  readonly rule: string;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly expires_ms: number;
}
