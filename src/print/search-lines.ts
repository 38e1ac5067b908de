// What a search found, for people and for programs.
import type { SearchHit, SearchSnippet } from '../model/search.ts';
import { localMinute, timestamp } from './moments.ts';
import { fitColumns, plainLine } from './plain-text.ts';
import { agentOf } from './session-lines.ts';
import type { Style } from './style.ts';

/** @param width columns. @returns lines ended by LF. */
export function searchLines(hits: readonly SearchHit[], width: number, style: Style): string {
  if (hits.length === 0) return 'nothing recorded fits\n';
  const lines = hits.flatMap(({ exchange, session, snippet }) => {
    const who = plainLine(session.principal.name || session.principal.email);
    const facts = [agentOf(session), exchange.model, who, session.id].filter(Boolean).join('  ');
    const when = localMinute(exchange.startedAtMs);
    const room = width - exchange.id.length - when.length - 4;
    return [
      `${style.bold(exchange.id)}  ${style.faint(when)}  ${fitColumns(plainLine(facts), room)}`,
      ...(snippet === null ? [] : [`    ${snippetText(snippet, width - 4, style)}`]),
    ];
  });
  return `${lines.join('\n')}\n${style.faint('one of them: aitrail show ID; its conversation: aitrail replay ID')}\n`;
}

const KIND_WORDS: Readonly<Record<SearchSnippet['kind'], string>> = {
  prompt: 'asked',
  result: 'result',
  answer: 'said',
  thinking: 'thought',
  call: 'call',
};

function snippetText({ kind, pieces }: SearchSnippet, width: number, style: Style): string {
  const head = `${KIND_WORDS[kind]}: `;
  let room = width - head.length;
  let text = '';
  for (const { text: piece, isHit } of pieces) {
    const shown = fitColumns(plainLine(piece).replaceAll(/ +/g, ' '), Math.max(1, room));
    text += isHit ? style.bold(shown) : shown;
    room -= shown.length;
    if (room <= 0) break;
  }
  return `${style.faint(head)}${text}`.trimEnd();
}

/** `aitrail.search/1`. */
export const searchDocument = (hits: readonly SearchHit[], isPartial: boolean): object => ({
  schema: 'aitrail.search/1',
  partial: isPartial,
  hits: hits.map(({ exchange, session, snippet }) => ({
    exchange: exchange.id,
    session: session.id,
    at: timestamp(exchange.startedAtMs),
    user: session.principal,
    agent: session.agent,
    model: exchange.model,
    connection: exchange.connection,
    method: exchange.method,
    url: exchange.url,
    repository: session.place.repository,
    remote: session.place.remote,
    snippet:
      snippet === null
        ? null
        : {
            kind: snippet.kind,
            text: snippet.pieces.map(({ text }) => text).join(''),
            hits: hitRanges(snippet),
          },
  })),
});

/** [start, end) in the snippet's text, UTF-16 units. */
function hitRanges({ pieces }: SearchSnippet): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  let at = 0;
  for (const { text, isHit } of pieces) {
    if (isHit) ranges.push([at, at + text.length]);
    at += text.length;
  }
  return ranges;
}
