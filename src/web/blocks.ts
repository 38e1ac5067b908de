// Lines of a file that came the same way, together.
import type { BlameLine } from '../model/origin.ts';
import type { FilePage, PromptView } from '../model/pages.ts';

export interface LineBlock {
  /** At least one; all from one commit and one exchange. */
  readonly lines: readonly BlameLine[];
  /** null where no recording on this machine holds it. */
  readonly prompt: PromptView | null;
  /** The lines just above were written for the same prompt: it need not be said again. */
  readonly isSamePrompt: boolean;
}

/** Longer ones are drawn in pieces: a browser lays out what is near only. */
const LINES_MAX = 200;

export function blocksOf({ lines, prompts }: FilePage): readonly LineBlock[] {
  const known = new Map(prompts.map((prompt) => [prompt.exchange, prompt]));
  const blocks: BlameLine[][] = [];
  for (const line of lines) {
    const block = blocks.at(-1);
    const before = block?.at(-1);
    if (
      block !== undefined &&
      before !== undefined &&
      isAlike(before, line) &&
      block.length < LINES_MAX
    )
      block.push(line);
    else blocks.push([line]);
  }
  const promptOf = (block: readonly BlameLine[] | undefined): PromptView | null =>
    known.get(block?.[0]?.exchange ?? '') ?? null;
  return blocks.map((block, at) => {
    const prompt = promptOf(block);
    const above = promptOf(blocks[at - 1]);
    const isSamePrompt =
      prompt !== null && prompt.prompt === above?.prompt && prompt.session === above.session;
    return { lines: block, prompt, isSamePrompt };
  });
}

const isAlike = (one: BlameLine, other: BlameLine): boolean =>
  one.commit === other.commit && one.exchange === other.exchange && one.origin === other.origin;
