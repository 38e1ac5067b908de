// aitrail replay on a terminal: leaf through a conversation exchange by exchange.
import { Box, render, Text, useApp, useInput, useStdout } from 'ink';
import { useEffect, useState, type ReactElement } from 'react';
import type { ReplayStep } from '../print/replay-steps.ts';
import { movePosition, wishOf } from './leaf.ts';

/** Title, a row that says how much more there is, the keys, and one that stays free: a full screen would scroll. */
const FRAME_ROWS = 4;
const SIZE_DEFAULT = { columns: 80, rows: 24 } as const;
const KEYS = '← → exchange   ↑ ↓ line   space page   g G first, last   q leave';

interface Reader {
  /** Made for a width in columns, again after each resize. */
  readonly stepsFor: (columns: number) => readonly ReplayStep[];
}

/** Resolves when the person leaves. */
export async function showReplay(reader: Reader): Promise<void> {
  await render(<ReplayScreen {...reader} />).waitUntilExit();
}

export function ReplayScreen({ stepsFor }: Reader): ReactElement {
  const { exit } = useApp();
  const { columns, rows } = useSize();
  const [at, setAt] = useState({ step: 0, line: 0 });
  const steps = stepsFor(columns);
  const bodyRows = Math.max(1, rows - FRAME_ROWS);
  useInput((input, key) => {
    if (input === 'q' || key.escape) exit();
    else setAt((now) => movePosition(now, wishOf(input, key), { steps, bodyRows }));
  });
  const step = steps[at.step];
  const shown = step?.lines.slice(at.line, at.line + bodyRows) ?? [];
  const below = (step?.lines.length ?? 0) - at.line - shown.length;
  return (
    <Box flexDirection="column">
      <Text bold wrap="truncate">
        {step?.title ?? 'nothing was recorded'}
      </Text>
      <Box flexDirection="column" height={bodyRows}>
        {shown.map((line, row) => (
          <Text key={`${String(at.step)}:${String(at.line + row)}`} wrap="truncate">
            {line === '' ? ' ' : line}
          </Text>
        ))}
      </Box>
      <Text dimColor wrap="truncate">
        {below > 0 ? `${String(below)} more below` : ' '}
      </Text>
      <Text dimColor wrap="truncate">
        {KEYS}
      </Text>
    </Box>
  );
}

function useSize(): { readonly columns: number; readonly rows: number } {
  const { stdout } = useStdout();
  const [size, setSize] = useState(sizeOf(stdout));
  useEffect(() => {
    const resized = (): void => setSize(sizeOf(stdout));
    stdout.on('resize', resized);
    return () => void stdout.off('resize', resized);
  }, [stdout]);
  return size;
}

/** A stream that is no terminal has no size. */
const sizeOf = ({ columns, rows }: { columns?: number; rows?: number }) => ({
  columns: columns ?? SIZE_DEFAULT.columns,
  rows: rows ?? SIZE_DEFAULT.rows,
});
