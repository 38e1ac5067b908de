// One exchange for programs.
import type { Exchange } from '../model/session.ts';
import { timestamp } from './moments.ts';

export const exchangeDocument = (exchange: Exchange): object => ({
  id: exchange.id,
  session: exchange.session,
  connection: exchange.connection,
  protocol: exchange.protocol,
  wire: exchange.wire,
  method: exchange.method,
  url: exchange.url,
  startedAt: timestamp(exchange.startedAtMs),
  firstByteAt: timestamp(exchange.firstByteAtMs),
  endedAt: timestamp(exchange.endedAtMs),
  status: exchange.status,
  outcome: exchange.outcome,
  model: exchange.model,
  stopReason: exchange.stopReason,
  usage: exchange.usage,
  requestSha256: exchange.requestSha256,
  responseSha256: exchange.responseSha256,
  clientSha256: exchange.clientSha256,
  requestBytes: exchange.requestBytes,
  responseBytes: exchange.responseBytes,
  // the end of a placeholder is its value's keyed digest
  masks: exchange.masks.map((mask) => ({ ...mask, digest: mask.placeholder.slice(-8) })),
  logIndex: exchange.logIndex,
});
