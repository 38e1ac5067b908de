// aitrail approvals [list | show ID | approve ID | deny ID | break-glass ID]
import { decideApproval } from '../flow/approve/decide-approval.ts';
import { listApprovals, showApproval } from '../flow/approve/list-approvals.ts';
import { decideTeamApproval, listTeamApprovals, showTeamApproval } from '../flow/login/ask-team.ts';
import { type Answer, isOpen } from '../model/approval.ts';
import { Fault } from '../model/fault.ts';
import { approvalJson, approvalLines, approvalList, decidedLine } from '../print/approval-lines.ts';
import { pickStyle } from '../print/style.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { isLeafable, outputColumns, printDocument } from './output.ts';

const JSON_OPTION = { flags: '--json', description: 'one JSON document' } as const;
const ALL_OPTION = {
  flags: '--all',
  description: 'also those that are answered, used or expired',
} as const;
const GATEWAY_OPTION = {
  flags: '--gateway',
  description: 'those of the team’s gateway that you are logged in at, for approvers',
} as const;
const REASON_OPTION = {
  flags: '--reason <text>',
  description: 'why: signed with the decision',
} as const;

async function list({ caller, options, out }: Invocation): Promise<number> {
  const { approvals, stale } = await listFor(caller, options);
  const shown = options['all'] === true ? approvals : approvals.filter(isOpen);
  if (stale !== null) out.note(`aitrail: the remote could not be asked: ${stale}\n`);
  if (options['json'] === true)
    printDocument(out, { schema: 'aitrail.approvals/1', approvals: shown.map(approvalJson) });
  else if (shown.length > 0) out.write(approvalList(shown, pageOf(out)));
  else out.note('aitrail: nothing waits for approval\n');
  return 0;
}

/** In a pipe nothing is cut or broken. */
const pageOf = (out: Invocation['out']) => ({
  nowMs: Date.now(),
  columns: out.isTty ? outputColumns(out) : Infinity,
  style: pickStyle(out.isColour),
});

const isTeam = (options: Invocation['options']): boolean => options['gateway'] === true;

const listFor = (caller: Invocation['caller'], options: Invocation['options']) =>
  isTeam(options) ? listTeamApprovals(caller) : listApprovals(caller);

const decideFor = (options: Invocation['options']): typeof decideApproval =>
  isTeam(options) ? decideTeamApproval : decideApproval;

/** On a terminal a list to go through, in a pipe the plain one. */
async function browse(call: Invocation): Promise<number> {
  const { caller, options, out } = call;
  if (options['json'] === true || !isLeafable(out)) return list(call);
  const style = pickStyle(out.isColour);
  const { showApprovals } = await import('../ui/approvals-screen.tsx'); // ink takes 0.4 s to load
  await showApprovals({
    load: async () => (await listFor(caller, options)).approvals,
    linesOf: (approval, columns) => approvalLines(approval, { nowMs: Date.now(), columns, style }),
    decide: async (answer, id, reason) => {
      try {
        return decidedLine(await decideFor(options)(caller, { answer, id, reason }));
      } catch (thrown) {
        if (thrown instanceof Fault) return `${thrown.message} (${thrown.code}): ${thrown.fix}`;
        throw thrown;
      }
    },
  });
  return 0;
}

const decide =
  (answer: Answer): CommandSpec['run'] =>
  async ({ caller, words, options, out }) => {
    const reason = typeof options['reason'] === 'string' ? options['reason'].trim() : '';
    const decided = await decideFor(options)(caller, { answer, id: words[0] ?? '', reason });
    const { decision, unsent } = decided;
    if (options['json'] === true)
      printDocument(out, { schema: 'aitrail.decision/1', ...decision, unsent });
    else out.write(`${decidedLine(decided)}\n`);
    return 0;
  };

export const commands: readonly CommandSpec[] = [
  {
    name: 'approvals',
    usage: '',
    summary: 'see and answer what waits for approval',
    options: [ALL_OPTION, GATEWAY_OPTION, JSON_OPTION],
    example: 'approvals',
    run: browse,
  },
  {
    name: 'approvals list',
    usage: '',
    summary: 'list what waits for approval, here and on the remote',
    options: [ALL_OPTION, GATEWAY_OPTION, JSON_OPTION],
    example: 'approvals list --json',
    run: list,
  },
  {
    name: 'approvals show',
    usage: '<id>',
    summary: 'show exactly what is asked for, and who has answered',
    options: [GATEWAY_OPTION, JSON_OPTION],
    example: 'approvals show a4k2m9x0pq',
    run: async ({ caller, words, options, out }) => {
      const show = isTeam(options) ? showTeamApproval : showApproval;
      const approval = await show(caller, words[0] ?? '');
      if (options['json'] === true)
        printDocument(out, { schema: 'aitrail.approval/1', ...approvalJson(approval) });
      else out.write(`${approvalLines(approval, pageOf(out)).join('\n')}\n`);
      return 0;
    },
  },
  {
    name: 'approvals approve',
    usage: '<id>',
    summary: 'let exactly this pass, once, signed by you; not for agents',
    options: [REASON_OPTION, GATEWAY_OPTION, JSON_OPTION],
    example: 'approvals approve a4k2m9x0pq',
    run: decide('approve'),
  },
  {
    name: 'approvals deny',
    usage: '<id>',
    summary: 'refuse it, signed by you; not for agents',
    options: [REASON_OPTION, GATEWAY_OPTION, JSON_OPTION],
    example: "approvals deny a4k2m9x0pq --reason 'use the staging key'",
    run: decide('deny'),
  },
  {
    name: 'approvals break-glass',
    usage: '<id>',
    summary: 'let it pass now; somebody else must approve afterwards; not for agents',
    options: [REASON_OPTION, JSON_OPTION],
    example: "approvals break-glass a4k2m9x0pq --reason 'production is down'",
    run: decide('break-glass'),
  },
];
