// A scan against an earlier report: only what is new remains.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { ScanReport } from '../../model/secret.ts';
import { dropBaseline } from '../../secrets/baseline.ts';

/** @throws Fault NO_SUCH_FILE, CONFIG_INVALID. */
export async function afterBaseline(
  caller: Caller,
  file: string,
  report: ScanReport,
): Promise<ScanReport> {
  const text = await readFile(resolve(caller.cwd, file), 'utf8').catch((cause: unknown) => {
    throw new Fault('NO_SUCH_FILE', `${file} cannot be read`, { cause });
  });
  return { ...report, findings: dropBaseline(report.findings, { file, text }) };
}
