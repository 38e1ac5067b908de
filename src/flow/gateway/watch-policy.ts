// By which policy and roles a gateway works is a record: when it starts with others than the team's log has last, and when the
// files change under it.
import type { WriteLog } from '../../daemon/log-file.ts';
import type { EventDetail } from '../../model/event.ts';
import { ROLES, type Roles } from '../../model/team.ts';
import type { Store } from '../../store/store.ts';
import type { PolicyBook } from '../policy/policy-book.ts';
import { sha256Hex } from '../../model/sha256.ts';

export interface PolicyWork {
  readonly store: Pick<Store, 'addEvent' | 'listEvents'>;
  readonly policies: PolicyBook;
  /** Read when it starts. */
  readonly roles: Roles;
  readonly log: WriteLog;
}

const LOOK_MS = 2000;
const EVENTS_MAX = 1000;

/** What it works by: digests, and who may do what. */
interface Stand {
  readonly policy: string;
  readonly roles: string;
}

export function watchPolicy(work: PolicyWork): { close(): void } {
  let known: Stand | null = null;
  let isLooking = false;
  const look = async (): Promise<void> => {
    const before = known ?? (await findLast(work.store));
    known = await note(work, before);
  };
  const act = (): void => {
    if (isLooking) return;
    isLooking = true;
    // a store that is away for a while is told later
    look()
      .catch(() => undefined)
      .finally(() => (isLooking = false));
  };
  act();
  const timer = setInterval(act, LOOK_MS).unref();
  return { close: () => clearInterval(timer) };
}

/** @returns what the newest record of it says; empty words where there is none. */
async function findLast(store: PolicyWork['store']): Promise<Stand> {
  const events = await store.listEvents({ limit: EVENTS_MAX });
  const last = events.find(({ kind, detail }) => kind === 'changed' && detail['what'] === WHAT);
  const word = (name: string): string => String(last?.detail[name] ?? '');
  return { policy: word('policy'), roles: word('rolesDigest') };
}

const WHAT = 'policy';

async function note({ store, policies, roles, log }: PolicyWork, before: Stand): Promise<Stand> {
  const policy = await policies.of(null);
  const now = { policy: policy.digest, roles: digestOf(roles) };
  if (now.policy === before.policy && now.roles === before.roles) return now;
  const detail: EventDetail = {
    what: WHAT,
    policy: now.policy,
    before: before.policy === '' ? null : before.policy,
    files: policy.files,
    roles: linesOf(roles),
    rolesDigest: now.roles,
    rolesBefore: before.roles === '' ? null : before.roles,
  };
  await store.addEvent({ kind: 'changed', atMs: Date.now(), detail });
  log(`policy ${now.policy.slice(0, 12)} of ${policy.files.join(', ')} is in force`);
  return now;
}

const linesOf = (roles: Roles): readonly string[] =>
  ROLES.map(
    (role) => `${role}: ${roles[role]?.join(', ') ?? (role === 'caller' ? 'everybody' : 'nobody')}`,
  );

const digestOf = (roles: Roles): string => sha256Hex(linesOf(roles).join('\n'));
