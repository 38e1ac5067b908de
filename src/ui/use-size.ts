// How large the terminal is, now and after each resize.
import { useStdout } from 'ink';
import { useEffect, useState } from 'react';

const SIZE_DEFAULT = { columns: 80, rows: 24 } as const;

export function useSize(): { readonly columns: number; readonly rows: number } {
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
