// Answers of the gateway's own pages: JSON for programs, what went wrong in the words of our faults, and attempts that were
// turned away as records.
import { Fault, isFault } from '../../model/fault.ts';
import type { Asked } from '../../proxy/client.ts';
import type { Page } from '../../proxy/listener.ts';
import { plainRefusal, refusalBody } from '../../proxy/refuse.ts';
import type { Recorder } from '../record/record-exchange.ts';

const STATUS: Readonly<Record<string, number>> = {
  TOKEN_UNKNOWN: 401,
  IDENTITY_REFUSED: 401,
  ROLE_NEEDED: 403,
  USAGE: 400,
  NO_SUCH_SESSION: 404,
  AMBIGUOUS_ID: 400,
  LOG_FORKED: 409,
  NO_SUCH_APPROVAL: 404,
  APPROVAL_SELF: 403,
  APPROVER_NOT_LISTED: 403,
  APPROVAL_OVER: 409,
  LOGIN_FAILED: 404,
  LOGIN_BUSY: 429,
};

type Denials = Pick<Recorder, 'denials'>;

/** What the act gives, as JSON. */
export function answerJson(recorder: Denials, act: () => Promise<object>): Promise<Page> {
  return answerPage(recorder, {
    act: async () => jsonPage(200, JSON.stringify(await act())),
    refuse: ({ code, message, fix }, status) =>
      jsonPage(status, refusalBody(plainRefusal(status, code, `${message}; ${fix}`))),
  });
}

/** The same for a person's browser. */
export function answerBrowser(recorder: Denials, act: () => Promise<Page>): Promise<Page> {
  return answerPage(recorder, {
    act,
    refuse: ({ code, message, fix }, status) => ({
      status,
      contentType: 'text/plain; charset=utf-8',
      body: `aitrail: ${message} (${code})\n  fix: ${fix}\n`,
    }),
  });
}

interface Answering {
  readonly act: () => Promise<Page>;
  readonly refuse: (fault: Fault, status: number) => Page;
}

async function answerPage({ denials }: Denials, { act, refuse }: Answering): Promise<Page> {
  try {
    return await act();
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    const status = STATUS[thrown.code] ?? 503;
    denials.note(plainRefusal(status, thrown.code, thrown.message), thrown.message);
    return refuse(thrown, status);
  }
}

const jsonPage = (status: number, body: string): Page => ({
  status,
  contentType: 'application/json',
  body: `${body}\n`,
});

/** @throws Fault USAGE. */
export async function readText({ body }: Asked, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const source = body();
  for (let next = await source.next(); next.done !== true; next = await source.next()) {
    bytes += next.value.length;
    if (bytes > bytesMax) throw new Fault('USAGE', 'the request is too large');
    chunks.push(next.value);
  }
  return Buffer.concat(chunks).toString('utf8');
}
