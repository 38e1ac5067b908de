// A conversation as steps that a person leafs through: one for each exchange.
import type { Conversation } from '../model/conversation.ts';
import type { Page } from './edit-lines.ts';
import { turnPieces } from './turn-lines.ts';

export interface ReplayStep {
  /** `session sabc…, exchange 3 of 12`. */
  readonly title: string;
  /** Printable, none wider than the page. */
  readonly lines: readonly string[];
}

export const replaySteps = (
  conversations: readonly Conversation[],
  page: Page,
): readonly ReplayStep[] =>
  conversations.flatMap(({ session, turns }) =>
    turns.map((turn, at) => {
      const text = turnPieces(turn, session.agent ?? 'model', page).map((piece) => piece.text);
      return {
        title: `session ${session.id}, exchange ${String(at + 1)} of ${String(turns.length)}`,
        lines: text.join('').trimEnd().split('\n'),
      };
    }),
  );
