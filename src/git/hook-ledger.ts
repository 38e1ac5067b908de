// What init changed in a repository, so that uninstall can take back exactly that.
import { isObject, isString, parseJson, arrayAt, stringAt } from '../model/json.ts';
import { readState, statePath, writeState } from './state-file.ts';
import type { Repository } from './open-repository.ts';

export type Change =
  | { readonly kind: 'directory'; readonly path: string } // made by us
  | { readonly kind: 'shim'; readonly path: string } // an earlier file lies beside it as `<path>.aitrail-chained`
  | { readonly kind: 'file'; readonly path: string; readonly text: string } // made by us, kept if edited
  | { readonly kind: 'insert'; readonly path: string; readonly text: string } // into somebody's file
  | { readonly kind: 'config'; readonly name: string; readonly value: string }; // one value added

const LEDGER = 'installed.json';

/** @returns the changes in the order in which they were made; empty before the first init. */
export async function readLedger(repository: Repository): Promise<readonly Change[]> {
  const bytes = await readState(statePath(repository.commonDir, LEDGER));
  const ledger = bytes === null ? undefined : parseJson(bytes.toString('utf8'));
  return arrayAt(ledger, 'changes').filter(isChange);
}

/** The configuration file as it was before and after init; null where init left it alone or nobody knows. */
export async function readConfigBytes(
  repository: Repository,
): Promise<{ readonly before: string; readonly after: string } | null> {
  const bytes = await readState(statePath(repository.commonDir, LEDGER));
  const ledger = bytes === null ? undefined : parseJson(bytes.toString('utf8'));
  const before = stringAt(ledger, 'configBefore');
  const after = stringAt(ledger, 'configAfter');
  return before === null || after === null ? null : { before, after };
}

export async function writeLedger(
  repository: Repository,
  changes: readonly Change[],
  config: { readonly before: string; readonly after: string } | null,
): Promise<void> {
  const ledger = {
    format: 1,
    changes,
    ...(config === null ? {} : { configBefore: config.before, configAfter: config.after }),
  };
  await writeState(statePath(repository.commonDir, LEDGER), `${JSON.stringify(ledger, null, 2)}\n`);
}

const isChange = (value: unknown): value is Change => {
  if (!isObject(value)) return false;
  const has = (...names: readonly string[]): boolean =>
    names.every((name) => isString(value[name]));
  switch (value['kind']) {
    case 'directory':
    case 'shim':
      return has('path');
    case 'file':
    case 'insert':
      return has('path', 'text');
    case 'config':
      return has('name', 'value');
    default:
      return false;
  }
};
