// From a line of code to the prompt behind it, in one step: git blames the line, its note names the exchange, the
// recording of that exchange holds what the person had asked for.
import { lastUserTurn } from '../../agents/last-user-turn.ts';
import type { Caller } from '../../model/caller.ts';
import type { Shown } from '../../model/conversation.ts';
import { Fault } from '../../model/fault.ts';
import { parseJson } from '../../model/json.ts';
import type { Origin } from '../../model/origin.ts';
import type { Exchange } from '../../model/session.ts';
import type { Store } from '../../store/store.ts';
import { pickFormat } from '../../wire/formats.ts';
import { blameFile, readBlameWords, type Blamed } from '../attribute/blame-file.ts';

interface LineWord {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/** `src/a.ts:12`; null where the word has another form. */
export function parseLineWord(word: string): LineWord | null {
  const [, file = '', digits = ''] = /^(.+):([1-9]\d{0,8})$/s.exec(word) ?? [];
  return file === '' ? null : { file, line: Number(digits) };
}

/** @throws Fault NO_SUCH_FILE and what else git blame refuses for. */
export async function showLine(caller: Caller, store: Store, word: LineWord): Promise<Shown> {
  const range = ['-L', `${word.line},${word.line}`, '--', word.file];
  const answer = await blameFile(caller, readBlameWords(range));
  if (answer.kind === 'refused') throw answer.fault;
  const [line] = answer.blamed.lines;
  if (line === undefined) throw new Fault('NO_SUCH_FILE', `${word.file} has no line ${word.line}`);
  const claim = readClaim(answer.blamed);
  const exchange = claim.source === null ? null : await store.findExchange(claim.source.exchange);
  return {
    kind: 'line',
    path: answer.blamed.path,
    line: line.line,
    text: Buffer.from(line.text, 'latin1').toString('utf8'),
    commit: line.commit,
    author: `${line.author} <${line.mail}>`,
    atMs: line.authorTime * 1000,
    ...claim,
    session: exchange === null ? null : await store.findSession(exchange.session),
    prompt: exchange === null ? null : await readPrompt(store, exchange),
  };
}

type Claim = Pick<
  Extract<Shown, { readonly kind: 'line' }>,
  'origin' | 'evidence' | 'source' | 'isSigned'
>;

function readClaim({ origins }: Blamed): Claim {
  const [blamed] = origins;
  const found = blamed?.origin ?? null;
  const isSigned = blamed?.isSigned ?? false;
  if (found === null || found.kind === 'unrecorded') {
    const origin: Origin = found === null ? 'unknown' : 'unrecorded';
    return { origin, evidence: null, source: null, isSigned };
  }
  return { origin: found.kind, evidence: found.evidence, source: found.source, isSigned };
}

/** The person's last words before the model wrote the line. */
export async function readPrompt(store: Store, exchange: Exchange): Promise<string | null> {
  const format = pickFormat(exchange.protocol, exchange.method, exchange.url);
  if (format === null) return null;
  const body = parseJson(Buffer.from(await store.readRequest(exchange.id)).toString('utf8'));
  return lastUserTurn(format.parseRequest(body, exchange.url).messages);
}
