// A whole session told again, with the moments at which each piece is due.
import type { Asked, Conversation, Replied, Turn } from '../model/conversation.ts';
import type { Page } from './edit-lines.ts';
import { exchangeDocument } from './exchange-document.ts';
import { counted, localMinute } from './moments.ts';
import { fitColumns } from './plain-text.ts';
import { agentOf, sessionDocument, whereOf } from './session-lines.ts';
import { turnPieces } from './turn-lines.ts';

/** A piece of text and the pause before it. */
interface ReplayPiece {
  readonly waitMs: number;
  readonly text: string;
}

/** People read what they typed, not how long they thought about it: pauses between exchanges stay short. */
const BETWEEN_MS_MAX = 1500;

export function replayPieces(conversation: Conversation, page: Page): readonly ReplayPiece[] {
  const { session, turns } = conversation;
  const pieces: ReplayPiece[] = [{ waitMs: 0, text: openingOf(conversation, page) }];
  let endedAtMs: number | null = null;
  for (const turn of turns) {
    const between = endedAtMs === null ? 0 : turn.exchange.startedAtMs - endedAtMs;
    let atMs = 0;
    let isFirst = true;
    for (const due of turnPieces(turn, session.agent ?? 'model', page)) {
      const waitMs = isFirst ? Math.min(Math.max(0, between), BETWEEN_MS_MAX) : due.atMs - atMs;
      pieces.push({ waitMs: Math.max(0, waitMs), text: due.text });
      atMs = Math.max(atMs, due.atMs);
      isFirst = false;
    }
    endedAtMs = turn.exchange.endedAtMs ?? turn.exchange.startedAtMs;
  }
  return pieces;
}

function openingOf({ session, turns }: Conversation, page: Page): string {
  const { style, width } = page;
  const facts = `${agentOf(session)}, ${session.principal.email}, ${whereOf(session)}, ${localMinute(session.startedAtMs)}`;
  const head = `session ${style.bold(session.id)}`;
  return `${head}, ${counted(turns.length, 'exchange')}\n${style.faint(fitColumns(facts, width))}\n\n`;
}

/** `aitrail.replay/1`. */
export const replayDocument = (conversations: readonly Conversation[]): object => ({
  schema: 'aitrail.replay/1',
  conversations: conversations.map(({ session, turns }) => ({
    session: sessionDocument(session),
    turns: turns.map(turnDocument),
  })),
});

export const turnDocument = (turn: Turn): object => ({
  exchange: exchangeDocument(turn.exchange),
  isSideCall: turn.isSideCall,
  asked: turn.asked.map(askedDocument),
  replied: turn.replied.map(repliedDocument),
  ...(turn.rulings === undefined ? {} : { rulings: turn.rulings }),
});

const askedDocument = (part: Asked): object => ({ ...part });

function repliedDocument(step: Replied): object {
  if (step.kind === 'call') return { ...step };
  return { kind: step.kind, text: step.text, atMs: step.atMs };
}
