// What both stores know of how bodies are cut.
import type { ContentBlock } from './content-store.ts';

/** A body without lists is cut after as many (src/wire/request-slices.ts): a text may lie across. */
export const CHUNK_BYTES = 65_536;
/** Of plain HTTP no more is kept (src/flow/record/http-limit.ts). */
export const HTTP_BYTES_MAX = 4_194_304;
const BLOCK_EXCHANGES = 50;

export const exchangeBlocks = (
  kind: 'replies' | 'requests',
  exchanges: readonly number[],
): readonly ContentBlock[] =>
  Array.from({ length: Math.ceil(exchanges.length / BLOCK_EXCHANGES) }, (_, i) => ({
    kind,
    exchanges: exchanges.slice(i * BLOCK_EXCHANGES, (i + 1) * BLOCK_EXCHANGES),
  }));
