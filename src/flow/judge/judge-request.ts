// What the rules say to a request before any connection to the upstream is opened: secrets in it, the newest turn of the
// conversation, and requests through http connections.
import { newestTexts } from '../../agents/last-user-turn.ts';
import { decideRule, refusalWords, unapprovedWords } from '../../guard/decide.ts';
import { heldRequest, type HeldSubject, heldText } from '../../guard/held-subjects.ts';
import type { StreamRules } from '../../guard/stream-rules.ts';
import type { Decision } from '../../model/decision.ts';
import { Fault } from '../../model/fault.ts';
import { parseJson, stringAt } from '../../model/json.ts';
import type { WireRequest } from '../../model/wire.ts';
import { makeOwnReply, type OwnReply } from '../../wire/own-replies.ts';
import type { Admitted } from '../record/record-exchange.ts';
import { refuseSecrets } from './refuse-request.ts';
import type { AtRest } from '../record/request-at-rest.ts';

/** A request that is not sent: with an error, or with a reply of ours. */
export type Stopped =
  | { readonly kind: 'refused'; readonly fault: Fault }
  | { readonly kind: 'answered'; readonly reply: OwnReply };

export interface JudgedRequest {
  /** null: no rule forbids it. */
  readonly stopped: Stopped | null;
  /** Of rules that forbid or warn. */
  readonly decisions: readonly Decision[];
  /** What somebody must approve first; null where nobody need. */
  readonly held: HeldRequest | null;
}

export interface HeldRequest {
  readonly subject: HeldSubject;
  readonly decisions: readonly Decision[];
}

export interface RequestContent {
  readonly request: WireRequest | null;
  /** Empty where it is too long to be kept, or cannot be decoded. */
  readonly body: Uint8Array;
  /** Nothing came at all. */
  readonly isEmpty: boolean;
  readonly rest: AtRest;
}

export function judgeRequest(
  admitted: Admitted,
  rules: StreamRules,
  content: RequestContent,
): JudgedRequest {
  const fault = refuseSecrets(admitted, content.rest, isUnreadable(content));
  if (fault !== null) return { stopped: { kind: 'refused', fault }, decisions: [], held: null };
  const all = decide(admitted, rules, content);
  const wanting = all.filter(({ effect }) => effect === 'held');
  const decisions = all.filter(({ effect }) => effect !== 'held');
  const blocking = decisions.filter(({ effect }) => effect === 'blocked');
  if (blocking.length > 0)
    return {
      stopped: stopRequest(admitted, content, {
        code: 'RULE_BLOCKED',
        words: refusalWords(blocking),
      }),
      decisions,
      held: null,
    };
  if (wanting.length === 0) return { stopped: null, decisions, held: null };
  const subject = subjectOf(admitted, content);
  if (subject !== null) return { stopped: null, decisions, held: { subject, decisions: wanting } };
  const over = 'It cannot be read here, so nobody can approve it';
  const words = unapprovedWords(wanting, { id: null, over });
  const refused = wanting.map((decision): Decision => ({ ...decision, effect: 'blocked' }));
  return {
    stopped: stopRequest(admitted, content, { code: 'APPROVAL_NEEDED', words }),
    decisions: [...decisions, ...refused],
    held: null,
  };
}

const isUnreadable = ({ body, isEmpty }: Pick<RequestContent, 'body' | 'isEmpty'>): boolean =>
  body.length === 0 && !isEmpty;

/** @returns null for what is too long, or in a form that cannot be read. */
function subjectOf(
  { connection, knock, upstream }: Admitted,
  content: RequestContent,
): HeldSubject | null {
  if (connection.protocol === 'http') {
    const url = `${upstream.origin}${upstream.path}`;
    return isUnreadable(content)
      ? null
      : heldRequest({ method: knock.method, url, body: content.body });
  }
  return content.request === null ? null : heldText('prompt', newestText(content.request));
}

const newestText = (request: WireRequest): string => newestTexts(request.messages).join('\n\n');

function decide(
  { connection, policy, knock, format }: Admitted,
  rules: StreamRules,
  { request, body, isEmpty }: RequestContent,
): readonly Decision[] {
  const { mode } = policy;
  if (connection.protocol === 'http' && rules.has('http')) {
    const isUnread = isUnreadable({ body, isEmpty });
    const text = isUnread ? null : Buffer.from(body).toString('utf8');
    const met = rules.meetRequest({ method: knock.method, path: knock.path, body: text });
    const what = `${knock.method} ${knock.path.split('?')[0] ?? ''}`;
    return met.map((rule) => decideRule(rule, what, mode));
  }
  if (format === null || isEmpty || !rules.has('prompt')) return [];
  // a prompt that cannot be read cannot be judged: every rule applies
  const met =
    request === null
      ? policy.rules.filter(({ on }) => on === 'prompt')
      : rules.meetText('prompt', newestText(request));
  return met.map((rule) => decideRule(rule, null, mode));
}

/** The words of a missing approval say all that can be done. */
const FIX = {
  RULE_BLOCKED: {},
  APPROVAL_NEEDED: { fix: 'leave it out, or send exactly the same once it is approved' },
};

interface Stop {
  readonly code: keyof typeof FIX;
  /** For the agent. */
  readonly words: string;
}

export function stopRequest(
  { format, knock }: Admitted,
  content: Pick<RequestContent, 'request' | 'body'>,
  { code, words }: Stop,
): Stopped {
  const { request, body } = content;
  if (format === null || request === null)
    return { kind: 'refused', fault: new Fault(code, words.replace('[aitrail] ', ''), FIX[code]) };
  // on a WebSocket every reply is events, whatever the request says
  const type = stringAt(parseJson(Buffer.from(body).toString('utf8')), 'type');
  const isStream = request.isStream || type === 'response.create';
  const asked = { words, model: request.model ?? 'unknown', isStream, path: knock.path };
  return { kind: 'answered', reply: makeOwnReply(format.name, asked) };
}
