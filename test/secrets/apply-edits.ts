// Runs a channel mask over chunks and applies its edits, checking the contract on the way.
import { expect } from 'vitest';
import type { ChannelMask, MaskEdit } from '../../src/model/secret.ts';

export interface Streamed {
  /** What a client would have received. */
  readonly text: string;
  readonly edits: readonly MaskEdit[];
  /** Most characters that were held back after a push. */
  readonly heldMost: number;
}

/** @throws where edits overlap, run ahead of `decidedTo`, or `decidedTo` falls. */
export function streamThrough(mask: ChannelMask, chunks: readonly string[]): Streamed {
  const whole = chunks.join('');
  const edits: MaskEdit[] = [];
  let text = '';
  let sent = 0;
  let received = 0;
  let heldMost = 0;
  const take = (step: ReturnType<ChannelMask['end']>): void => {
    for (const edit of step.edits) {
      expect(edit.start).toBeGreaterThanOrEqual(sent);
      expect(edit.end).toBeLessThanOrEqual(step.decidedTo);
      text += whole.slice(sent, edit.start) + edit.replacement;
      sent = edit.end;
      edits.push(edit);
    }
    expect(step.decidedTo).toBeGreaterThanOrEqual(sent);
    expect(step.decidedTo).toBeLessThanOrEqual(received);
    text += whole.slice(sent, step.decidedTo);
    sent = step.decidedTo;
  };
  for (const chunk of chunks) {
    received += chunk.length;
    take(mask.push(chunk));
    heldMost = Math.max(heldMost, received - sent);
  }
  take(mask.end());
  expect(sent).toBe(whole.length);
  return { text, edits, heldMost };
}

/** Cuts a text into pieces of the given lengths, repeated as often as needed. */
export function cutText(text: string, lengths: readonly number[]): readonly string[] {
  const chunks: string[] = [];
  for (let at = 0, turn = 0; at < text.length; turn += 1) {
    const length = Math.max(1, lengths[turn % Math.max(1, lengths.length)] ?? 1);
    chunks.push(text.slice(at, at + length));
    at += length;
  }
  return chunks;
}
