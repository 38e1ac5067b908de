// What two stores that were filled in different ways must have in common: every row and every indexed word, but for what is
// drawn by lot, and what follows from that.
import { storeFile } from '../../src/store/database.ts';
import { DatabaseSync } from '@photostructure/sqlite';

/** `table.column`, or a whole table. */
const DRAWN: ReadonlySet<string> = new Set([
  'meta',
  'checkpoints',
  'sessions.id',
  'exchanges.salt',
  'leaves.data',
  'leaves.hash',
  'tile_roots.hash',
]);

/** How the index is cut into segments is its own affair. */
const isOfIndex = (table: string): boolean => /^texts(?:_|$)/.test(table);

/** One line for each row: its table, and its columns as SQL would write them. */
export function tableLines(home: string): readonly string[] {
  const database = new DatabaseSync(storeFile(home), { readOnly: true });
  try {
    const texts = (sql: string): readonly string[] =>
      database
        .prepare(sql)
        .all()
        .map((row) => String(Object.values(row)[0]));
    database.exec('CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, texts, instance)');
    const words = texts(`SELECT concat_ws(' ', 'word', term, doc, col, "offset") FROM vocabulary`);
    const tables = texts(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
    );
    const rows = tables
      .filter((table) => !DRAWN.has(table) && !isOfIndex(table))
      .flatMap((table) => {
        const columns = texts(`SELECT name FROM pragma_table_info('${table}')`)
          .filter((column) => !DRAWN.has(`${table}.${column}`))
          .map((column) => `quote(${column})`);
        return texts(`SELECT concat_ws(' ', '${table}', ${columns.join()}) FROM ${table}`);
      });
    return [...rows, ...words].toSorted();
  } finally {
    database.close();
  }
}
