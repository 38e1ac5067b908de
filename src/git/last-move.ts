// How HEAD came to where it is, from its reflog: what hooks are not told.
import type { Objects } from './objects.ts';
import type { Repository } from './open-repository.ts';
import { gitText } from './run-git.ts';

export type LastMove =
  | { readonly kind: 'amend'; readonly from: string }
  | { readonly kind: 'merge' } // a merge commit was made here
  | { readonly kind: 'other' };

/** `other` where there is no reflog to tell. */
export async function readLastMove(repository: Repository): Promise<LastMove> {
  const lines = await gitText(
    repository.caller,
    ['log', '-g', '-2', '--format=%H %gs', 'HEAD', '--'],
    { okExits: [0, 128] },
  );
  const [last = '', before = ''] = lines.split('\n');
  const subject = last.slice(last.indexOf(' ') + 1);
  if (subject.startsWith('commit (amend)')) {
    const from = before.slice(0, before.indexOf(' '));
    return from === '' ? { kind: 'other' } : { kind: 'amend', from };
  }
  return /^(?:merge|pull)\b.*: Merge made by/.test(subject) ? { kind: 'merge' } : { kind: 'other' };
}

/** @returns full id; null before the first commit. */
export async function readHead(objects: Objects): Promise<string | null> {
  return (await objects.read('HEAD^{commit}'))?.oid ?? null;
}
