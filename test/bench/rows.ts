// Every row, in the order of the design's table.
import type { Row } from './row.ts';

export const ROWS: Readonly<Record<string, () => Promise<{ readonly row: Row }>>> = {
  B0: () => import('./rows/start.ts'),
  B1: () => import('./rows/first-event.ts'),
  B2: () => import('./rows/burst.ts'),
  B3: () => import('./rows/memory.ts'),
  B4: () => import('./rows/commit.ts'),
  B5: () => import('./rows/blame.ts'),
  B6: () => import('./rows/attribute.ts'),
  B7: () => import('./rows/scan.ts'),
  MASK: () => import('./rows/masking.ts'),
  B8: () => import('./rows/search.ts'),
  INC: () => import('./rows/incident.ts'),
  TEAM: () => import('./rows/team-store.ts'),
  GATE: () => import('./rows/gateway.ts'),
  B9: () => import('./rows/verify.ts'),
  NOTES: () => import('./rows/notes.ts'),
  B10: () => import('./rows/disk.ts'),
  B12: () => import('./rows/monorepo.ts'),
  B11: () => import('./rows/demo.ts'),
};
