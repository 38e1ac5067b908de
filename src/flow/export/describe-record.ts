// A record as a log record for a collector: facts about it, and its place in the log. Nothing of what was said.
import type { EventRecord } from '../../model/event.ts';
import type { OtlpRecord } from '../../telemetry/otlp-logs.ts';
import type { LoggedRecord } from './follow-log.ts';

export function describeRecord(record: LoggedRecord): OtlpRecord {
  const log = {
    'aitrail.log.index': record.log.index,
    'aitrail.log.leaf_hash': record.log.leafHash,
  };
  if (record.kind === 'event') {
    const described = describeEvent(record.event);
    return { ...described, attributes: { ...described.attributes, ...log } };
  }
  const { exchange, session } = record;
  const masked = [...new Set(exchange.masks.map(({ rule }) => rule))];
  return {
    atMs: exchange.endedAtMs ?? exchange.startedAtMs,
    eventName: 'aitrail.exchange',
    body: `${session.agent ?? 'an agent'} asked ${exchange.model ?? exchange.url} at ${exchange.connection}: ${exchange.outcome}`,
    isWarning: exchange.outcome !== 'ok' || exchange.masks.some(({ isForwarded }) => isForwarded),
    attributes: {
      ...log,
      'aitrail.exchange': exchange.id,
      'aitrail.outcome': exchange.outcome,
      'aitrail.connection': exchange.connection,
      'aitrail.agent': session.agent,
      'aitrail.masked': masked,
      'aitrail.commits': record.commits.map(({ commit }) => commit),
      'aitrail.request.sha256': exchange.requestSha256,
      'aitrail.response.sha256': exchange.responseSha256,
      'session.id': session.id,
      'user.name': session.principal.name,
      'user.email': session.principal.email,
      'host.name': session.place.host,
      'vcs.repository.url.full': session.place.remote,
      'vcs.ref.head.name': session.place.branch,
      'gen_ai.provider.name': exchange.wire,
      'gen_ai.response.model': exchange.model,
      'gen_ai.usage.input_tokens': exchange.usage?.inputTokens ?? null,
      'gen_ai.usage.output_tokens': exchange.usage?.outputTokens ?? null,
      'http.request.method': exchange.method,
      'http.response.status_code': exchange.status,
      'url.path': exchange.url.replace(/\?.*/s, ''),
    },
  };
}

const describeEvent = ({ id, kind, atMs, detail }: EventRecord): OtlpRecord => ({
  atMs,
  eventName: `aitrail.${kind}`,
  body: `${kind} ${id}`,
  isWarning: kind !== 'decided',
  attributes: {
    'aitrail.event': id,
    ...Object.fromEntries(
      Object.entries(detail).map(([name, value]) => [`aitrail.${kind}.${name}`, value]),
    ),
  },
});
