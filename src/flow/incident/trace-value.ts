// aitrail incident: from a leaked value, or the placeholder that stands for it, to everything that it touched.
import { stateHome } from '../../config/places.ts';
import { findRepository, type Repository } from '../../git/open-repository.ts';
import { findVaultKey } from '../../identity/vault-key.ts';
import type { Caller } from '../../model/caller.ts';
import { isFault } from '../../model/fault.ts';
import type { Incident } from '../../model/incident.ts';
import { makePlaceholder } from '../../secrets/placeholder.ts';
import type { Store } from '../../store/store.ts';
import type { LocalStore } from '../../store/upkeep-store.ts';
import { openSecret } from '../mask/keep-secret.ts';
import { openMaskers } from '../mask/maskers.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { readStore } from '../show/read-store.ts';
import { needlesOf } from './needles.ts';
import type { ScanWork } from './scan-recordings.ts';
import { searchRecordings } from './search-recordings.ts';
import { searchRepository, type RepositoryFound } from './search-repository.ts';

/** What leaked. */
export type Leak =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'placeholder'; readonly placeholder: string };

const DIGEST_CHARACTERS = 8;
/**
 * Outside of a repository only recordings are looked at.
 *
 * @param onStep is told how far the recordings are read.
 * @throws Fault STORE_UNREADABLE, CONFIG_*, GIT_FAILED.
 */
export async function traceValue(
  caller: Caller,
  leak: Leak,
  onStep: ScanWork['onStep'] = () => undefined,
): Promise<Incident> {
  const repository = await findRepository(caller);
  return readStore(caller, async (store) => {
    const { values, placeholders } = await nameLeak({ caller, repository, store }, leak);
    const digests = [...new Set(placeholders.map((name) => name.slice(-DIGEST_CHARACTERS)))];
    const needles = needlesOf(values, digests);
    const [recorded, found, scope] = await Promise.all([
      searchRecordings({ caller, store, onStep }, { needles, digests }),
      repository === null ? null : searchRepository(repository, needles),
      countRecords(store),
    ]);
    // the kind in a name is the rule's that found it: one value may have several
    const names = [...new Set([...recorded.placeholders, ...placeholders])];
    return {
      placeholders: recorded.placeholders.length > 0 ? recorded.placeholders : names,
      hasValue: values.length > 0,
      sights: recorded.sights,
      ...repositoryPart(found),
      scope: { ...scope, recordedBytes: recorded.bytes, ...scopeOf(found) },
    };
  });
}

type RecordCounts = Pick<Incident['scope'], 'exchanges' | 'textless' | 'gone'>;

async function countRecords(store: LocalStore): Promise<RecordCounts> {
  const gone = (await store.listGone()).reduce((sum, { count }) => sum + count, 0);
  return { exchanges: await store.countExchanges(), textless: await store.countTextless(), gone };
}

const repositoryPart = (
  found: RepositoryFound | null,
): Pick<Incident, 'commits' | 'loose' | 'staged' | 'files'> =>
  found === null
    ? { commits: null, loose: [], staged: [], files: null }
    : { commits: found.commits, loose: found.loose, staged: found.staged, files: found.files };

const scopeOf = (
  found: RepositoryFound | null,
): Omit<Incident['scope'], keyof RecordCounts | 'recordedBytes'> =>
  found === null
    ? { commits: 0, objects: 0, objectBytes: 0, files: 0, isShallow: false }
    : {
        commits: found.searched.commits,
        objects: found.searched.objects,
        objectBytes: found.searched.bytes,
        files: found.filesRead,
        isShallow: found.isShallow,
      };

interface LeakWork {
  readonly caller: Caller;
  readonly repository: Repository | null;
  readonly store: Store;
}

interface Named {
  readonly values: readonly string[];
  readonly placeholders: readonly string[];
}

async function nameLeak(work: LeakWork, leak: Leak): Promise<Named> {
  const key = await work.store.readKey();
  if (leak.kind === 'placeholder') {
    const value = await askVault(work, leak.placeholder);
    return { values: value === null ? [] : [value], placeholders: [leak.placeholder] };
  }
  const { value } = leak;
  const policy = await loadPolicy(work.caller, work.repository);
  const masker = openMaskers({ key, env: {}, keep: () => undefined }).of(policy).text;
  // a key with its label, or a whole line: what in it is secret has a name of its own
  const parts = masker.maskText(value).findings;
  return {
    values: [
      ...new Set([value, ...parts.map(({ finding }) => value.slice(finding.start, finding.end))]),
    ],
    placeholders: [
      ...new Set([
        ...parts.map(({ placeholder }) => placeholder),
        makePlaceholder(key, 'secret', value),
      ]),
    ],
  };
}

/** Where the vault has it the value can be looked for too; it is told to nobody. */
async function askVault({ caller, store }: LeakWork, placeholder: string): Promise<string | null> {
  const entry = await store.findSecret(placeholder, Date.now());
  if (entry === null) return null;
  try {
    const key = await findVaultKey(caller, stateHome(caller.env));
    return key === null ? null : openSecret(entry, key);
  } catch (thrown) {
    if (isFault(thrown)) return null; // locked: the placeholder alone is looked for, and the answer says so
    throw thrown;
  }
}
