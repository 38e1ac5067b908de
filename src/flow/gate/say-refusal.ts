// Why a ref is refused, in the one line that git shows behind it, and the lines before that.
import type { Notice } from '../../model/notice.ts';

/** @returns null for what does not stop a push. */
export const sayRefusal = (notice: Notice): string | null =>
  'effect' in notice && notice.effect === 'refused' ? say(notice) : null;

function say(notice: Exclude<Notice, { readonly kind: 'attested' | 'text' }>): string {
  switch (notice.kind) {
    case 'secret':
      return `secret (${notice.rule}) in ${short(notice.commit)} ${notice.path}:${String(notice.line)}`;
    case 'path':
      return `${notice.path} is protected: no check has seen the AI's lines in ${short(notice.commit)}`;
    case 'branch':
      return `${notice.branch} is not pushed to, by policy`;
    case 'approval':
      return sayApproval(notice);
  }
}

const short = (commit: string | null): string => (commit ?? '').slice(0, 12);

function sayApproval({
  id,
  approvers,
  unsent,
}: Extract<Notice, { readonly kind: 'approval' }>): string {
  const who = approvers.length === 0 ? 'a listed signer' : approvers.join(', ');
  if (id === null) return `needs the approval of ${who}`;
  const how = unsent === null ? `aitrail approvals approve ${id}` : `it could not be asked for`;
  return `needs the approval of ${who}: ${how}`;
}
