// What an approver is shown: masked, and cut where it is long.
import { randomBytes } from 'node:crypto';
import type { Subject } from '../../guard/approval-subject.ts';
import type { ApprovalDraft } from '../../model/approval.ts';
import type { Policy } from '../../model/policy.ts';
import { maskText } from '../../secrets/mask-text.ts';
import { openScanner } from '../../secrets/scanner.ts';

/** What is longer is cut for the eye; the digest is over all of it. */
const SHOWN_CHARS_MAX = 24_000;
const SUBJECT_CHARS_MAX = 60_000;

type Masking = Pick<Policy['secrets'], 'rules'>;

/** The text that was hashed is sent along where it may be: then what is shown is what counts. */
export function showSubject(
  subject: Subject,
  shown: string,
  secrets: Masking,
): Pick<ApprovalDraft, 'digest' | 'content' | 'subject'> {
  const isSendable =
    subject.text.length <= SUBJECT_CHARS_MAX && maskShown(subject.text, secrets) === subject.text;
  return {
    digest: subject.digest,
    content: cut(maskShown(shown, secrets)),
    subject: isSendable ? subject.text : null,
  };
}

function maskShown(text: string, { rules }: Masking): string {
  // nobody needs the value back: a key of the moment
  return maskText({ scanner: openScanner({ rules }), key: randomBytes(32) }, text).text;
}

const cut = (text: string): string =>
  text.length <= SHOWN_CHARS_MAX
    ? text
    : `${text.slice(0, SHOWN_CHARS_MAX)}\n[${String(text.length - SHOWN_CHARS_MAX)} more characters]`;
