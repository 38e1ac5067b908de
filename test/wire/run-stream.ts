// Runs a reply through the stream and collects what came out.
import type { TextSite } from '../../src/model/wire.ts';
import { pickFormat } from '../../src/wire/formats.ts';
import type { ReplyKind } from '../../src/wire/reply-kind.ts';
import {
  openReplyStream,
  type Piece,
  type ReplyOptions,
  type ReplyStream,
} from '../../src/wire/reply-stream.ts';
import { openCanaryMask } from './canary-mask.ts';
import type { Provider } from './streams.ts';

export interface Ran {
  readonly stream: ReplyStream;
  readonly pieces: readonly Piece[];
  readonly client: string;
  readonly record: string;
  /** Sites that a mask was opened for. */
  readonly sites: readonly TextSite[];
}

export function openStream(
  provider: Provider | null,
  more: Partial<ReplyOptions> = {},
): ReplyStream {
  const format = provider === null ? null : pickFormat(provider.protocol, 'POST', provider.path);
  const kind: ReplyKind = 'sse';
  return openReplyStream({
    format,
    kind,
    openMask: openCanaryMask,
    reaches: () => 'client',
    clock: () => 0,
    gate: null,
    ...more,
  });
}

export function runStream(
  provider: Provider | null,
  chunks: readonly (Uint8Array | string)[],
  more: Partial<ReplyOptions> & { readonly isCut?: boolean } = {},
): Ran {
  const sites: TextSite[] = [];
  const stream = openStream(provider, {
    ...more,
    openMask: (site) => {
      sites.push(site);
      return more.openMask === undefined ? openCanaryMask() : more.openMask(site);
    },
  });
  const pieces = [
    ...chunks.flatMap((chunk) => stream.push(Buffer.from(chunk))),
    ...stream.end(more.isCut ?? false),
  ];
  const textOf = (side: 'client' | 'record'): string =>
    Buffer.concat(pieces.map((piece) => piece[side])).toString('utf8');
  return { stream, pieces, sites, client: textOf('client'), record: textOf('record') };
}
