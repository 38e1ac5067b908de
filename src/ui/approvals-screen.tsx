// aitrail approvals on a terminal: what waits, what exactly is asked for, and one key for each answer.
import { Box, render, Text, useApp, useInput } from 'ink';
import { useEffect, useMemo, useState, type ReactElement } from 'react';
import { type Answer, type Approval, isOpen } from '../model/approval.ts';
import { approvalRows } from '../print/approval-lines.ts';
import { plainText, wrapColumns } from '../print/plain-text.ts';
import { KeyLines, keyLines } from './key-lines.tsx';
import { useSize } from './use-size.ts';

export interface Desk {
  /** Everything known, newest first; the remote is asked on the way. */
  readonly load: () => Promise<readonly Approval[]>;
  /** None longer than the columns. */
  readonly linesOf: (approval: Approval, columns: number) => readonly string[];
  /** @returns what came of it. Never throws for what a person can mend. */
  readonly decide: (answer: Answer, id: string, reason: string) => Promise<string>;
}

const RELOAD_MS = 3000;
/** Title, a row between list and request, what is below, and one that stays free: a full screen would scroll. */
const FRAME_ROWS = 4;
const KEYS = [
  '↑ ↓ choose',
  'j k line',
  'space page',
  'a approve',
  'd deny',
  'b break glass',
  'r look again',
  'q leave',
] as const;
const KEYS_ASKING = ['enter sends it', 'escape goes back'] as const;

/** An answer that waits for its reason. */
type Asking = { readonly answer: Answer; readonly id: string; readonly reason: string } | null;

/** Resolves when the person leaves. */
export async function showApprovals(desk: Desk): Promise<void> {
  await render(<ApprovalsScreen {...desk} />).waitUntilExit();
}

export function ApprovalsScreen(desk: Desk): ReactElement {
  const { columns, rows } = useSize();
  const { known, message, decide, reload } = useDesk(desk);
  const [asking, setAsking] = useState<Asking>(null);
  const { open, row, chosen, lines, place, setPlace } = useChosen(desk, known, columns);
  const keys = keyLines(asking === null ? KEYS : KEYS_ASKING, columns);
  // what is asked for has most of the room
  const listRows = Math.min(open.length, Math.max(1, Math.floor((rows - FRAME_ROWS) / 4)));
  const room = Math.max(2, rows - FRAME_ROWS - keys.length - Math.max(1, listRows));
  const words = asking === null ? message || ' ' : question(asking);
  const said = wrapColumns(words, columns).slice(0, room - 1);
  const textRows = room - said.length;
  const last = Math.max(0, lines.length - textRows);
  const line = Math.min(place.line, last);
  const below = lines.length - line - textRows;
  useKeys({
    asking,
    ask: (answer) =>
      setAsking(chosen === undefined ? null : { answer, id: chosen.request.id, reason: '' }),
    leave: () => setAsking(null),
    type: (edit) => setAsking((now) => now && { ...now, reason: edit(now.reason) }),
    send: (answer, reason) => {
      setAsking(null);
      if (asking !== null) decide(answer, asking.id, reason);
    },
    pageRows: textRows,
    reload,
    choose: (rowBy) => {
      const next = open[Math.max(0, Math.min(row + rowBy, open.length - 1))];
      setPlace({ sha256: next?.sha256 ?? null, line: 0 });
    },
    // keys may come faster than frames
    scroll: (by) =>
      setPlace((now) => ({ ...now, line: Math.max(0, Math.min(now.line + by, last)) })),
  });
  return (
    <Box flexDirection="column">
      <Text bold wrap="truncate">
        {titleOf(known === null ? null : open.length, row)}
      </Text>
      <Requests open={open} row={row} rows={listRows} columns={columns} />
      <Text> </Text>
      <Lines lines={lines.slice(line, line + textRows)} rows={textRows} />
      <Text dimColor>{below > 0 ? `${String(below)} more below` : ' '}</Text>
      <Lines lines={said} rows={said.length} />
      <KeyLines lines={keys} />
    </Box>
  );
}

/** Which request is read, and how far. */
function useChosen(desk: Desk, known: OpenDesk['known'], columns: number) {
  const [place, setPlace] = useState<Place>({ sha256: null, line: 0 });
  const open = useMemo(() => (known ?? []).filter(isOpen), [known]);
  // by digest: the list moves while somebody reads
  const found = open.findIndex(({ sha256 }) => sha256 === place.sha256);
  const row = Math.max(0, found);
  const chosen = open[row];
  useEffect(() => {
    if (found < 0) setPlace({ sha256: chosen?.sha256 ?? null, line: 0 });
  }, [found, chosen?.sha256]);
  const lines = useMemo(
    () => (chosen === undefined ? [] : desk.linesOf(chosen, columns)),
    [chosen, columns, desk.linesOf],
  );
  return { open, row, chosen, lines, place, setPlace };
}

/** @param count null: not known yet. */
function titleOf(count: number | null, row: number): string {
  if (count === null) return 'looking …';
  return count === 0
    ? 'nothing waits for approval'
    : `waiting for approval: ${String(row + 1)} of ${String(count)}`;
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
  readonly columns: number;
}): ReactElement {
  const { open, row, rows, columns } = shown;
  const from = Math.max(0, Math.min(row - 1, open.length - rows));
  const texts = approvalRows(open, Date.now(), columns - 2);
  return (
    <Box flexDirection="column">
      {open.slice(from, from + rows).map(({ sha256 }, index) => (
        <Text key={sha256} inverse={from + index === row} wrap="truncate">
          {`${from + index === row ? '>' : ' '} ${texts[from + index] ?? ''}`}
        </Text>
      ))}
    </Box>
  );
}

const question = ({ answer, id, reason }: NonNullable<Asking>): string =>
  `${answer} ${id}${answer === 'approve' ? ', and why (may be empty)' : ': why'}? ${reason}▏`;

/** Lines that fit. */
function Lines({
  lines,
  rows,
}: {
  readonly lines: readonly string[];
  readonly rows: number;
}): ReactElement {
  return (
    <Box flexDirection="column" height={rows}>
      {lines.map((line, index) => (
        <Text key={String(index)} wrap="truncate">
          {line === '' ? ' ' : line}
        </Text>
      ))}
    </Box>
  );
}

interface Keys {
  readonly asking: Asking;
  readonly ask: (answer: Answer) => void;
  readonly leave: () => void;
  readonly type: (edit: (reason: string) => string) => void;
  readonly send: (answer: Answer, reason: string) => void;
  readonly pageRows: number;
  readonly reload: () => void;
  readonly choose: (rowBy: number) => void;
  readonly scroll: (by: number) => void;
}

function useKeys({ asking, ask, pageRows, reload, choose, scroll, ...keys }: Keys): void {
  const { exit } = useApp();
  const act = new Map<string, () => void>([
    ['q', exit],
    ['r', reload],
    ['j', () => scroll(1)],
    ['k', () => scroll(-1)],
    [' ', () => scroll(pageRows)],
    ['a', () => ask('approve')],
    ['d', () => ask('deny')],
    ['b', () => ask('break-glass')],
  ]);
  useInput((input, key) => {
    if (asking === null) {
      if (key.upArrow) choose(-1);
      else if (key.downArrow) choose(1);
      else if (key.pageDown) scroll(pageRows);
      else if (key.pageUp) scroll(-pageRows);
      else act.get(input)?.();
      return;
    }
    if (key.escape) keys.leave();
    else if (key.return || TYPED_LINE.test(input))
      keys.send(asking.answer, edited(asking.reason, input.replace('\r', ''), false));
    else keys.type((reason) => edited(reason, input, key.backspace || key.delete));
  });
}

/** Over a slow line what was typed and the enter behind it come together. */
const TYPED_LINE = /^[^\r\n]+\r$/;

const edited = (text: string, input: string, isErased: boolean): string =>
  isErased ? text.slice(0, -1) : text + plainText(input).replaceAll('\n', ' ');
