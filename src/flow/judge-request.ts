// What the rules say to a request before any connection to the upstream is opened: secrets in it, the newest turn of the
// conversation, and requests through http connections.
import { newestTexts } from '../agents/last-user-turn.ts';
import { decideRule, refusalWords } from '../guard/decide.ts';
import type { StreamRules } from '../guard/stream-rules.ts';
import type { Decision } from '../model/decision.ts';
import { Fault } from '../model/fault.ts';
import { parseJson, stringAt } from '../model/json.ts';
import type { WireRequest } from '../model/wire.ts';
import { makeOwnReply, type OwnReply } from '../wire/own-replies.ts';
import type { Admitted } from './record-exchange.ts';
import { refuseSecrets } from './refuse-request.ts';
import type { AtRest } from './request-at-rest.ts';

/** A request that is not sent: with an error, or with a reply of ours. */
export type Stopped =
  | { readonly kind: 'refused'; readonly fault: Fault }
  | { readonly kind: 'answered'; readonly reply: OwnReply };

export interface JudgedRequest {
  /** null: it may be sent. */
  readonly stopped: Stopped | null;
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
  if (fault !== null) return { stopped: { kind: 'refused', fault }, decisions: [] };
  const decisions = decide(admitted, rules, content);
  const blocking = decisions.filter(({ effect }) => effect === 'blocked');
  if (blocking.length === 0) return { stopped: null, decisions };
  return { stopped: stop(admitted, content, refusalWords(blocking)), decisions };
}

const isUnreadable = ({ body, isEmpty }: Pick<RequestContent, 'body' | 'isEmpty'>): boolean =>
  body.length === 0 && !isEmpty;

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
      : rules.meetText('prompt', newestTexts(request.messages).join('\n\n'));
  return met.map((rule) => decideRule(rule, null, mode));
}

function stop({ format, knock }: Admitted, content: RequestContent, words: string): Stopped {
  const { request, body } = content;
  if (format === null || request === null)
    return { kind: 'refused', fault: new Fault('RULE_BLOCKED', words.replace('[aitrail] ', '')) };
  // on a WebSocket every reply is events, whatever the request says
  const type = stringAt(parseJson(Buffer.from(body).toString('utf8')), 'type');
  const isStream = request.isStream || type === 'response.create';
  const asked = { words, model: request.model ?? 'unknown', isStream, path: knock.path };
  return { kind: 'answered', reply: makeOwnReply(format.name, asked) };
}
