// aitrail replay on a terminal: leaf through a conversation exchange by exchange.
import { Box, render, Text, useApp, useInput } from 'ink';
import { useMemo, useState, type ReactElement } from 'react';
import type { ReplayStep } from '../print/replay-steps.ts';
import { KeyLines, keyLines } from './key-lines.tsx';
import { movePosition, wishOf } from './leaf.ts';
import { useSize } from './use-size.ts';

/** Title, a row that says how much more there is, and one that stays free: a full screen would scroll. */
const FRAME_ROWS = 3;
const KEYS = ['← → exchange', '↑ ↓ line', 'space page', 'g G first, last', 'q leave'] as const;

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
  // a recording may hold megabytes: they are laid out for a width, not for a key
  const steps = useMemo(() => stepsFor(columns), [stepsFor, columns]);
  const keys = keyLines(KEYS, columns);
  const bodyRows = Math.max(1, rows - FRAME_ROWS - keys.length);
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
      <KeyLines lines={keys} />
    </Box>
  );
}
