// Answers to those who are turned away: the status, in the shape that the provider's clients read.
import type { Fault } from '../../model/fault.ts';
import type { Knock, Refusal } from '../../proxy/door.ts';
import type { WireFormat } from '../../wire/format.ts';
import { errorFormat, pickFormat } from '../../wire/formats.ts';

/** The connection is not known yet: its name or the path tells whose clients these are. */
function guessFormat({ connection, method, path }: Knock): WireFormat {
  if (connection === 'openai' || connection === 'gemini') return errorFormat(connection);
  const protocols = ['anthropic-messages', 'openai', 'gemini'] as const;
  const matching = protocols.find((protocol) => pickFormat(protocol, method, path) !== null);
  return errorFormat(matching ?? 'anthropic-messages');
}

const STATUS: Readonly<Record<string, number>> = {
  CONNECTION_UNKNOWN: 404,
  PUSH_UNREADABLE: 400,
  SECRET_FOUND: 400,
  REQUEST_UNREAD: 400,
  RULE_BLOCKED: 403,
  APPROVAL_NEEDED: 403,
  GROUP_NOT_ALLOWED: 403,
  ROLE_NEEDED: 403,
  IDENTITY_REFUSED: 401,
};

/** Of git's clients, which come without a password first. */
const GIT_PATH = /\/(?:info\/refs\?service=git-[a-z-]+|git-upload-pack|git-receive-pack)$/;

/** @returns as refusalOf; a client of git is told that a password would help. */
export function turnAway(fault: Fault, asked: Knock): Refusal {
  const isProxied = asked.forward !== null && !asked.forward.isTunnelled;
  // clients of a proxy look for 407, and what they then send is for us
  const refusal = refusalOf(fault, guessFormat(asked), isProxied ? 407 : 401);
  const asksForPassword = refusal.status === 401 && GIT_PATH.test(asked.path);
  return asksForPassword ? { ...refusal, asksForPassword } : refusal;
}

/** @returns an answer in the provider's shape; 503 for whatever is not the client's doing. */
export function refusalOf(fault: Fault, format: WireFormat, unknownStatus = 401): Refusal {
  const message = `${fault.message}; ${fault.fix}`;
  return {
    kind: 'refused',
    status: fault.code === 'TOKEN_UNKNOWN' ? unknownStatus : (STATUS[fault.code] ?? 503),
    code: fault.code,
    message,
    format,
  };
}
