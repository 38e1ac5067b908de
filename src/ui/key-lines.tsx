// The keys of a screen, on as many lines as they need.
import { Text } from 'ink';
import type { ReactElement } from 'react';

const GAP = '   ';

/** @param keys each with what it does: none is broken. */
export function keyLines(keys: readonly string[], columns: number): readonly string[] {
  const lines: string[] = [];
  for (const key of keys) {
    const longer = `${lines.at(-1) ?? ''}${GAP}${key}`;
    if (lines.length > 0 && longer.length <= columns) lines[lines.length - 1] = longer;
    else lines.push(key);
  }
  return lines;
}

export const KeyLines = ({ lines }: { readonly lines: readonly string[] }): ReactElement => (
  <>
    {lines.map((line) => (
      <Text key={line} dimColor wrap="truncate">
        {line}
      </Text>
    ))}
  </>
);
