// aitrail approvals on a terminal: what waits, what exactly is asked for, and one key for each answer.
import { Box, render, Text, useApp, useInput, useStdout } from 'ink';
import { useEffect, useState, type ReactElement } from 'react';
import { type Answer, type Approval, isOpen } from '../model/approval.ts';
import { approvalTitle } from '../print/approval-lines.ts';
import { plainText } from '../print/plain-text.ts';

export interface Desk {
  /** Everything known, newest first; the remote is asked on the way. */
  readonly load: () => Promise<readonly Approval[]>;
  readonly linesOf: (approval: Approval) => readonly string[];
  /** @returns one line: what came of it. Never throws for what a person can mend. */
  readonly decide: (answer: Answer, id: string, reason: string) => Promise<string>;
}

const RELOAD_MS = 3000;
/** Message, keys, a row between list and request, and one that stays free. */
const FRAME_ROWS = 5;
const KEYS = '↑ ↓ choose  j k scroll  a approve  d deny  b break glass  r look again  q leave';

/** An answer that waits for its reason. */
type Asking = { readonly answer: Answer; readonly id: string; readonly reason: string } | null;

/** Resolves when the person leaves. */
export async function showApprovals(desk: Desk): Promise<void> {
  await render(<ApprovalsScreen {...desk} />).waitUntilExit();
}

export function ApprovalsScreen(desk: Desk): ReactElement {
  const rows = useStdout().stdout.rows ?? 24;
  const { known, message, decide, reload } = useDesk(desk);
  const [place, setPlace] = useState<Place>({ sha256: null, line: 0 });
  const [asking, setAsking] = useState<Asking>(null);
  const open = (known ?? []).filter(isOpen);
  // by digest: the list moves while somebody reads
  const found = open.findIndex(({ sha256 }) => sha256 === place.sha256);
  const row = Math.max(0, found);
  const chosen = open[row];
  useEffect(() => {
    if (found < 0) setPlace({ sha256: chosen?.sha256 ?? null, line: 0 });
  }, [found, chosen?.sha256]);
  useKeys({
    asking,
    ask: (next) => setAsking(chosen === undefined ? null : next),
    send: (answer, reason) => {
      setAsking(null);
      if (asking !== null) decide(answer, asking.id, reason);
    },
    id: chosen?.request.id ?? '',
    reload,
    move: (rowBy, lineBy) => {
      const next = open[Math.max(0, Math.min(row + rowBy, open.length - 1))];
      const line = rowBy === 0 ? Math.max(0, place.line + lineBy) : 0;
      setPlace({ sha256: next?.sha256 ?? null, line });
    },
  });
  const listRows = Math.min(open.length, Math.max(3, Math.floor(rows / 3)));
  const lines = chosen === undefined ? [] : desk.linesOf(chosen);
  return (
    <Box flexDirection="column">
      <Requests open={open} row={row} rows={listRows} isLoading={known === null} />
      <Text> </Text>
      <Request
        lines={lines}
        line={place.line}
        rows={Math.max(3, rows - FRAME_ROWS - Math.max(1, listRows))}
      />
      <Text wrap="truncate">{asking === null ? message || ' ' : question(asking)}</Text>
      <Text dimColor wrap="truncate">
        {asking === null ? KEYS : 'enter sends it   escape goes back'}
      </Text>
    </Box>
  );
}

interface Place {
  readonly sha256: string | null;
  /** First line shown of the request. */
  readonly line: number;
}

interface OpenDesk {
  /** null: not loaded yet. */
  readonly known: readonly Approval[] | null;
  readonly message: string;
  readonly decide: (answer: Answer, id: string, reason: string) => void;
  readonly reload: () => void;
}

function useDesk(desk: Desk): OpenDesk {
  const [known, setKnown] = useState<OpenDesk['known']>(null);
  const [message, setMessage] = useState('');
  const reload = (): void =>
    void desk.load().then(setKnown, (thrown: unknown) => setMessage(plainText(String(thrown))));
  useEffect(() => {
    reload();
    const timer = setInterval(reload, RELOAD_MS);
    return () => clearInterval(timer);
  }, []);
  const decide = (answer: Answer, id: string, reason: string): void => {
    setMessage('…');
    void desk.decide(answer, id, reason).then(setMessage).then(reload);
  };
  return { known, message, decide, reload };
}

function Requests(shown: {
  readonly open: readonly Approval[];
  readonly row: number;
  readonly rows: number;
  readonly isLoading: boolean;
}): ReactElement {
  const { open, row, rows, isLoading } = shown;
  const from = Math.max(0, Math.min(row - 1, open.length - rows));
  if (open.length === 0)
    return <Text>{isLoading ? 'looking …' : 'nothing waits for approval'}</Text>;
  return (
    <Box flexDirection="column">
      {open.slice(from, from + rows).map((approval, index) => (
        <Text key={approval.sha256} inverse={from + index === row} wrap="truncate">
          {approvalTitle(approval, Date.now())}
        </Text>
      ))}
    </Box>
  );
}

const question = ({ answer, id, reason }: NonNullable<Asking>): string =>
  `${answer} ${id}${answer === 'approve' ? ', and why (may be empty)' : ': why'}? ${reason}▏`;

function Request(shown: {
  readonly lines: readonly string[];
  readonly line: number;
  readonly rows: number;
}): ReactElement {
  const from = Math.min(shown.line, Math.max(0, shown.lines.length - shown.rows));
  return (
    <Box flexDirection="column" height={shown.rows}>
      {shown.lines.slice(from, from + shown.rows).map((line, index) => (
        <Text key={String(from + index)} wrap="truncate">
          {line === '' ? ' ' : line}
        </Text>
      ))}
    </Box>
  );
}

interface Keys {
  readonly asking: Asking;
  readonly ask: (asking: Asking) => void;
  readonly send: (answer: Answer, reason: string) => void;
  /** Of the request that is shown. */
  readonly id: string;
  readonly reload: () => void;
  readonly move: (rowBy: number, lineBy: number) => void;
}

function useKeys({ asking, ask, send, id, reload, move }: Keys): void {
  const { exit } = useApp();
  const act = new Map<string, () => void>([
    ['q', exit],
    ['r', reload],
    ['j', () => move(0, 1)],
    ['k', () => move(0, -1)],
    ['a', () => ask({ answer: 'approve', id, reason: '' })],
    ['d', () => ask({ answer: 'deny', id, reason: '' })],
    ['b', () => ask({ answer: 'break-glass', id, reason: '' })],
  ]);
  useInput((input, key) => {
    if (asking === null) {
      if (key.upArrow) move(-1, 0);
      else if (key.downArrow) move(1, 0);
      else act.get(input)?.();
      return;
    }
    if (key.escape) ask(null);
    else if (key.return) send(asking.answer, asking.reason);
    else ask({ ...asking, reason: edited(asking.reason, input, key.backspace || key.delete) });
  });
}

const edited = (text: string, input: string, isErased: boolean): string =>
  isErased ? text.slice(0, -1) : text + plainText(input).replaceAll('\n', ' ');
