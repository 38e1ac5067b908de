// What a client's own hook was told of a call: one file per client knows its words.
import type { OutcomeReport } from '../model/edit.ts';
import { AGENTS } from './agents.ts';

/** @param report as the hook got it. @returns null where no client speaks like this, or it says nothing of a call. */
export function readReport(report: unknown): OutcomeReport | null {
  for (const { name, readReport: read } of AGENTS) {
    const found = read?.(report) ?? null;
    if (found !== null) return { agent: name, ...found };
  }
  return null;
}
