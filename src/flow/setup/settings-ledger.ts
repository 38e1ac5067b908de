// Which settings files of other programs lead to our proxy: what uninstall takes back, doctor looks at, and for whose
// sake the daemon stays. Values are kept as digests: they may hold a token.
import { join } from 'node:path';
import { removeFile, writeWhole } from '../../daemon/run-info.ts';
import type { Inserted, Trace } from '../../config/edit-settings.ts';
import { digestOf } from '../../config/settings-digest.ts';
import { readState } from '../../git/state-file.ts';
import {
  arrayAt,
  isObject,
  isString,
  numberAt,
  objectAt,
  parseJson,
  stringAt,
} from '../../model/json.ts';
import type { SettingsChange } from '../../model/settings-change.ts';

/** One change that was made. */
export interface Settled {
  readonly path: string;
  readonly trace: Trace;
  /** We made the file. */
  readonly isNewFile: boolean;
  /** The outermost directory that we made for it; null where it was there. */
  readonly madeDir: string | null;
  /** Mode bits that it had before a token came into it; null where they are the same. */
  readonly mode: number | null;
  /** Taking out this span restores the text before, as long as the text is the one with this digest. */
  readonly start: number;
  readonly length: number;
  readonly afterSha256: string;
}

export interface SettledAgent {
  readonly agent: string;
  readonly scope: 'user' | 'repository';
  /** Worktrees whose `init` asked for it. */
  readonly worktrees: readonly string[];
  /** `http://127.0.0.1:PORT` that the settings name; null where they find it out themselves. */
  readonly url: string | null;
  readonly grant: string;
  /** Do its own hooks report what became of calls? */
  readonly reports: boolean;
  /** Of the token of that grant, hex. */
  readonly tokenSha256: string;
  /** In the order in which they were made. */
  readonly changes: readonly Settled[];
}

const ledgerPath = (home: string): string => join(home, 'clients', 'settings.json');

export const lockPath = (home: string): string => join(home, 'clients', 'settings.lock');

export async function readSettled(home: string): Promise<readonly SettledAgent[]> {
  const bytes = await readState(ledgerPath(home));
  const ledger = bytes === null ? undefined : parseJson(bytes.toString('utf8'));
  return arrayAt(ledger, 'agents').map(readAgent);
}

export const writeSettled = (home: string, agents: readonly SettledAgent[]): Promise<void> =>
  agents.length === 0
    ? removeFile(ledgerPath(home))
    : writeWhole(ledgerPath(home), `${JSON.stringify({ format: 1, agents }, null, 2)}\n`);

export const settledBy = (
  change: SettingsChange,
  {
    inserted,
    ...made
  }: { readonly inserted: Inserted } & Pick<
    Settled,
    'isNewFile' | 'madeDir' | 'mode' | 'afterSha256'
  >,
): Settled => ({
  ...made,
  path: change.path,
  trace: {
    kind: change.kind,
    at: 'at' in change ? change.at : [],
    digest: digestOf(change),
    made: inserted.made,
  },
  start: inserted.start,
  length: inserted.length,
});

const readAgent = (value: unknown): SettledAgent => ({
  agent: stringAt(value, 'agent') ?? '',
  scope: stringAt(value, 'scope') === 'user' ? 'user' : 'repository',
  worktrees: arrayAt(value, 'worktrees').filter(isString),
  url: stringAt(value, 'url'),
  grant: stringAt(value, 'grant') ?? '',
  reports: isObject(value) && value['reports'] === true,
  tokenSha256: stringAt(value, 'tokenSha256') ?? '',
  changes: arrayAt(value, 'changes').map(readChange),
});

const KINDS = ['member', 'item', 'line', 'file'] as const;

function readChange(value: unknown): Settled {
  const trace = objectAt(value, 'trace');
  return {
    path: stringAt(value, 'path') ?? '',
    trace: {
      kind: KINDS.find((kind) => kind === trace['kind']) ?? 'line',
      at: arrayAt(trace, 'at').filter(isString),
      digest: stringAt(trace, 'digest') ?? '',
      made: numberAt(trace, 'made') ?? 0,
    },
    isNewFile: isObject(value) && value['isNewFile'] === true,
    madeDir: stringAt(value, 'madeDir'),
    mode: numberAt(value, 'mode'),
    start: numberAt(value, 'start') ?? 0,
    length: numberAt(value, 'length') ?? 0,
    afterSha256: stringAt(value, 'afterSha256') ?? '',
  };
}
