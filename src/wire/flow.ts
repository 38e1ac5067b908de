// What the ways of taking a reply apart have in common.
import type { MaskRecord } from '../model/secret.ts';
import type { WireReply } from '../model/wire.ts';
import type { MaskPolicy } from './channels.ts';
import type { Released } from './event-queue.ts';
import type { GatePolicy } from './gated-events.ts';
import type { SiteReader, WireError, WireFormat } from './format.ts';
import { restSites } from './sites.ts';

export interface Flow {
  push(bytes: Uint8Array): readonly Released[];
  end(isCut: boolean): readonly Released[];
  reading(isCut: boolean): WireReply | null;
  masks(): readonly MaskRecord[];
  /** As model/event-marks.ts writes them. */
  marks(): Uint8Array;
  /** What tells the client, at this point of the stream, that it failed. */
  errorText(error: WireError): string;
}

export interface FlowOptions extends MaskPolicy {
  readonly format: WireFormat | null;
  /** Milliseconds since the exchange started. */
  readonly clock: () => number;
  /** Rules on calls and texts; null where there are none. */
  readonly gate: GatePolicy | null;
}

/** Any event of an unknown format: every string is text. */
export const ANY_SITES: SiteReader = {
  read: (json) => ({
    sites: restSites(json, []),
    closes: [],
    isTerminal: false,
    isKeepAlive: false,
  }),
};

export const errorBodyOf = (format: WireFormat | null, error: WireError): string =>
  format?.errorBody(error) ??
  JSON.stringify({ error: { message: error.message, code: error.code } });
