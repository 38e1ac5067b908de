// PostgreSQL as a team has it: what is acknowledged is on disk.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, makeDatabase } from '../store/postgres/database.ts';
import { startServer } from '../store/postgres/server.ts';

export interface TeamServer {
  readonly database: Database;
  readonly stop: () => Promise<void>;
}

export const newDirectory = (): string => mkdtempSync(join(tmpdir(), 'bench-postgres-'));

export async function startTeamServer(directory: string): Promise<TeamServer> {
  const settings = ['-c', 'shared_buffers=256MB', '-c', 'max_wal_size=4GB', '-c', 'autovacuum=on'];
  const server = await startServer(directory, 'not on any network', settings);
  return {
    database: await makeDatabase(server),
    stop: async () => {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
