// One line of code and the prompt behind it.
import type { Shown } from '../model/conversation.ts';
import { cutLines, type Page } from './edit-lines.ts';
import { localMinute, timestamp } from './moments.ts';
import { fitColumns, plainLine, plainText, wrapColumns } from './plain-text.ts';
import { agentOf, sessionDocument } from './session-lines.ts';

type ShownLine = Extract<Shown, { readonly kind: 'line' }>;

/** @returns lines ended by LF. */
export function lineText(shown: ShownLine, page: Page): string {
  const { style, width } = page;
  const head = `${style.bold(plainLine(`${shown.path}:${shown.line}`))}\n  ${fitColumns(plainLine(shown.text), width - 2)}\n\n`;
  const facts = [
    `origin     ${originText(shown)}`,
    `commit     ${shown.commit.slice(0, 12)}  ${plainLine(shown.author)}, ${localMinute(shown.atMs)}`,
    ...sourceFacts(shown),
  ].map((line) => `${fitColumns(line, width)}\n`);
  return `${head}${facts.join('')}${promptText(shown, page)}${nextText(shown, page)}`;
}

/** Members of `aitrail.show/1` for a line. */
export const lineDocument = (shown: ShownLine): object => ({
  kind: shown.kind,
  path: shown.path,
  line: shown.line,
  text: shown.text,
  commit: shown.commit,
  author: shown.author,
  time: timestamp(shown.atMs),
  origin: shown.origin,
  evidence: shown.evidence,
  signed: shown.isSigned,
  agent: shown.source?.agent ?? null,
  model: shown.source?.model ?? null,
  exchange: shown.source?.exchange ?? null,
  session: shown.session === null ? null : sessionDocument(shown.session),
  prompt: shown.prompt,
});

function originText(shown: ShownLine): string {
  switch (shown.origin) {
    case 'ai':
      return `ai (${shown.evidence ?? ''}${shown.isSigned ? ', signed' : ''})`;
    case 'mixed':
      return `mixed: an AI line that was changed outside a recorded exchange${shown.isSigned ? ' (signed)' : ''}`;
    case 'unrecorded':
      return 'unrecorded: nothing that was recorded accounts for it';
    case 'unknown':
      return 'unknown: its commit has no provenance';
  }
}

function sourceFacts({ source, session }: ShownLine): readonly string[] {
  if (source === null) return [];
  const by = `${source.agent ?? 'unknown agent'}, ${source.model ?? 'unknown model'}`;
  const who = session === null ? '' : `  ${agentOf(session)}, ${session.principal.email}`;
  return [
    `written by ${plainLine(by)}`,
    `exchange   ${plainLine(source.exchange)}`,
    `session    ${plainLine(source.session)}${plainLine(who)}`,
  ];
}

function promptText({ prompt, source, session }: ShownLine, page: Page): string {
  if (source === null) return '';
  if (session === null) return '\nits conversation is not in this store\n';
  if (prompt === null) return '';
  const lines = wrapColumns(plainText(prompt), page.width - 2);
  const told = cutLines(lines, page).map((line) => (line === '' ? '\n' : `  ${line}\n`));
  return `\n${page.style.person('you')}\n${told.join('')}`;
}

const nextText = ({ source, session }: ShownLine, page: Page): string =>
  source === null || session === null
    ? ''
    : `\n${page.style.faint(`aitrail replay ${plainLine(source.exchange)}`)}\n`;
