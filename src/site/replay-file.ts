// A conversation as one file that opens offline: no script, nothing to load; its policy allows its own style sheet alone.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { listApprovals } from '../flow/approve/list-approvals.ts';
import { pickConversation } from '../flow/pages/pick-conversation.ts';
import { readWhole } from '../flow/pages/read-turns.ts';
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import { isObject, isString } from '../model/json.ts';
import type { ApprovalView, ReplayPage } from '../model/pages.ts';
import { approvalView } from './approval-view.ts';
import { pagePlace } from './page-files.ts';

/** @param word as `aitrail replay` takes it. @returns the document. @throws Fault NO_SUCH_SESSION, PAGES_MISSING … */
export async function writeReplay(caller: Caller, word: string): Promise<string> {
  const { session, others } = await pickConversation(caller, word);
  const pages: ReplayPage[] = [];
  for (const id of [session, ...others]) pages.push(await readWhole(caller, id));
  const style = await readFile(pagePlace('main.css'), 'utf8').catch((cause: unknown) => {
    throw new Fault('PAGES_MISSING', 'the pages are not there: dist/web/main.css', { cause });
  });
  const body = await render(pages, await readApprovals(caller));
  return documentOf({ title: [session, ...others].join(', '), style: style.trim(), body });
}

/** Outside of a repository there are none; without them the conversation is told all the same. */
const readApprovals = async (caller: Caller): Promise<readonly ApprovalView[]> => {
  const known = await listApprovals(caller).catch(() => null);
  return known?.approvals.map(approvalView) ?? [];
};

/** The same views as in the browser, built for Node. */
async function render(
  pages: readonly ReplayPage[],
  approvals: readonly ApprovalView[],
): Promise<string> {
  const built: unknown = await import(pathToFileURL(pagePlace('render.js')).href);
  const renderReplay = isObject(built) ? built['renderReplay'] : undefined;
  const body: unknown =
    typeof renderReplay === 'function' ? renderReplay(pages, approvals) : undefined;
  if (!isString(body))
    throw new Fault('PAGES_MISSING', 'the pages are not there: dist/web/render.js');
  return body;
}

interface Document {
  readonly title: string;
  readonly style: string;
  /** Escaped by whoever rendered it. */
  readonly body: string;
}

function documentOf({ title, style, body }: Document): string {
  const digest = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · aitrail replay</title>
<style>${style}</style>
</head>
<body>${body}</body>
</html>
`;
}
