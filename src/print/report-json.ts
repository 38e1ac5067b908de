// A report for programs.
import type { Report } from '../model/report.ts';
import { timestamp } from './moments.ts';
import { sessionDocument } from './session-lines.ts';

/** `aitrail.report/1`. */
export const reportDocument = (report: Report): object => ({
  schema: 'aitrail.report/1',
  since: timestamp(report.sinceMs),
  until: timestamp(report.untilMs),
  madeAt: timestamp(report.madeAtMs),
  repository: report.repository,
  policy: report.policy,
  log: report.log,
  sessions: report.sessions.map(sessionDocument),
  decisions: report.decisions,
  events: report.events.map(({ atMs, ...event }) => ({ at: timestamp(atMs), ...event })),
  masks: report.masks.map(({ firstAtMs, lastAtMs, ...mask }) => ({
    ...mask,
    firstAt: timestamp(firstAtMs),
    lastAt: timestamp(lastAtMs),
  })),
  approvals:
    report.approvals?.map(({ request, state, decisions }) => ({
      id: request.id,
      kind: request.kind,
      what: request.what,
      rule: request.rule,
      requester: request.requester,
      at: timestamp(request.createdAtMs),
      state: state.kind,
      decisions: decisions.map((decision) => ({
        approver: decision.approver,
        answer: decision.answer,
        reason: decision.reason,
        at: timestamp(decision.atMs),
      })),
    })) ?? null,
  commits:
    report.commits?.map(({ atMs, ...commit }) => ({ at: timestamp(atMs), ...commit })) ?? null,
});
