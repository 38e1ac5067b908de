// What a person sees when a hook refuses, replaces or warns: what, where, the code, and the command that mends it.
import type {
  ApprovalNotice,
  AttestedNotice,
  BranchNotice,
  Effect,
  HookReport,
  MaskHindrance,
  Notice,
  PathNotice,
  SecretNotice,
} from '../model/notice.ts';
import { counted } from './moments.ts';
import { plainLine, plainText } from './plain-text.ts';

/** More would scroll the first ones away. */
const NOTICES_MAX = 20;

/** @returns whole lines, or '' where there is nothing to say. Never a secret. */
export function hookLines(report: HookReport): string {
  const shown = report.notices.slice(0, NOTICES_MAX).flatMap(noticeLines);
  const more = report.notices.length - NOTICES_MAX;
  return [...shown, ...(more > 0 ? [`aitrail: and ${more} more`] : [])]
    .map((line) => `${line}\n`)
    .join('');
}

function noticeLines(notice: Notice): readonly string[] {
  switch (notice.kind) {
    case 'secret':
      return secretLines(notice);
    case 'path':
      return pathLines(notice);
    case 'approval':
      return approvalLines(notice);
    case 'branch':
      return branchLines(notice);
    case 'attested':
      return [`aitrail: ${attestedText(notice)}`];
    case 'text':
      return [`aitrail: ${plainText(notice.text)}`];
  }
}

/** `12 of 15 added lines by claude-code (80%), 2 of them mixed, 1 session, signed by ana@example.com` */
function attestedText(notice: AttestedNotice): string {
  const { commits, ai, mixed, unrecorded, agents, sessions, signer } = notice;
  const [own, all] = [ai + mixed, ai + mixed + unrecorded];
  const who = agents.length === 0 ? 'ai' : agents.map(plainLine).join(', ');
  // never 0 or 100 where that is not the whole truth
  const share = own === all ? 100 : Math.min(99, Math.max(1, Math.round((100 * own) / all)));
  return [
    `${commits === 1 ? '' : `${String(commits)} commits: `}${String(own)} of ${counted(all, 'added line')} by ${who} (${String(share)}%)`,
    ...(mixed === 0 ? [] : [`${String(mixed)} of them mixed`]),
    counted(sessions, 'session'),
    `signed by ${plainLine(signer.principal)}`,
  ].join(', ');
}

function secretLines(notice: SecretNotice): readonly string[] {
  const { path, line, column, rule, commit, effect, placeholder } = notice;
  const place = `${commit === null ? '' : `commit ${commit.slice(0, 12)}: `}${path}:${line}:${column}`;
  const what = `${place}: ${rule}${notice.isAi ? ', written by an AI' : ''}`;
  switch (effect) {
    case 'masked':
      return [
        `aitrail: ${what}: replaced by ${placeholder ?? 'a placeholder'} in the index`,
        '  the old content stays in .git/objects until git gc; the value: aitrail reveal',
      ];
    case 'warned':
      return [`aitrail: ${what} (warning)`];
    case 'observed':
      return [`aitrail: ${what}: would be refused (mode: observe)`];
    case 'refused':
      return [
        `aitrail: ${what}${hindranceText(notice.hindrance)} (SECRET_FOUND)`,
        `  fix: ${commit === null ? stagedFix(path) : pushedFix(commit)}`,
      ];
  }
}

const stagedFix = (path: string): string =>
  `take the value out and: git add ${shellWord(path)}; a false alarm: end the line with a comment aitrail:allow`;

const pushedFix = (commit: string): string =>
  `take it out of that commit (git rebase -i ${commit.slice(0, 12)}^) and make the value invalid where it was issued`;

function hindranceText(hindrance: MaskHindrance | null): string {
  switch (hindrance) {
    case null:
    case 'vault-off':
      return '';
    case 'unsafe':
      return ', which cannot be replaced safely here';
    case 'unreadable':
      return ', and the recordings cannot be read';
    case 'changed':
      return ', and the file changed while it was being replaced';
  }
}

const outFix = (path: string, commit: string | null): string =>
  commit === null
    ? `leave it out: git restore --staged ${shellWord(path)}`
    : `take it out of that commit: git rebase -i ${commit.slice(0, 12)}^`;

function pathLines({ path, effect, why, place, commit }: PathNotice): readonly string[] {
  const rule = place === null ? 'protected' : `protected by ${place.file}:${place.line}`;
  const who = {
    any: 'changed',
    ai: 'changed by an AI',
    unreadable: 'changed, by whom the recordings cannot tell',
  }[why];
  const where = commit === null ? '' : ` in ${commit.slice(0, 12)}`;
  return guardLines(`aitrail: ${path}: ${who}${where}; ${rule}`, effect, {
    code: 'PROTECTED_PATH',
    fix: `let a person make the change, or ${outFix(path, commit)}`,
  });
}

/** What a guard says, by what it does about it. */
function guardLines(
  what: string,
  effect: Effect,
  { code, fix }: { readonly code: string; readonly fix: string },
): readonly string[] {
  switch (effect) {
    case 'warned':
      return [`${what} (warning)`];
    case 'observed':
      return [`${what}: would be refused (mode: observe)`];
    case 'masked':
    case 'refused':
      return [`${what} (${code})`, `  fix: ${fix}`];
  }
}

function approvalLines({
  effect,
  what,
  place,
  id,
  by,
  approvers,
  unsent,
}: ApprovalNotice): string[] {
  const rule = place === null ? '' : ` (${place.file}:${place.line})`;
  const subject = `aitrail: ${plainLine(what)}`;
  switch (effect) {
    case 'passed':
      return [`${subject}: approved by ${plainLine(by ?? '')}, ${id ?? ''}`];
    case 'observed':
      return [`${subject}: would need approval${rule} (mode: observe)`];
    case 'refused':
      return [
        `${subject}: needs approval${rule}${id === null ? '' : `: ${id}`} (APPROVAL_NEEDED)`,
        ...(unsent === null
          ? []
          : [`  the request did not reach the remote: ${plainLine(unsent)}`]),
        `  fix: ${id === null ? 'do it without --dry-run: that asks' : `one of ${askable(approvers)} runs: aitrail approvals approve ${id}; then do the same again`}`,
      ];
  }
}

const askable = (approvers: readonly string[]): string =>
  approvers.length === 0 ? 'the listed signers' : approvers.map(plainLine).join(', ');

function branchLines({ effect, branch, why, place }: BranchNotice): readonly string[] {
  const rule = place === null ? 'guarded' : `guarded by ${place.file}:${place.line}`;
  const whose = {
    any: '',
    ai: ', and an AI wrote some of this',
    unknown: ', and some commits say nothing of who wrote them',
  }[why];
  return guardLines(`aitrail: ${plainLine(branch)}: ${rule}${whose}`, effect, {
    code: 'PROTECTED_BRANCH',
    fix: 'push to another branch, and let a person bring it over',
  });
}

/** Quoted where a shell would read it otherwise; control characters never reach a terminal. */
function shellWord(text: string): string {
  // eslint-disable-next-line no-control-regex
  const plain = text.replace(/[\u0000-\u001F\u007F-\u009F]/g, '?');
  return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", `'\\''`)}'`;
}
