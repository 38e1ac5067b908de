// B11: the finished demo. Installing is the registry's business and is not in the figure.
import { ENTRY, openPlace } from '../place.ts';
import type { Row } from '../row.ts';
import { median, timeProgram } from '../timing.ts';

const RUNS = 3;
const BAR_MS = 60_000;

export const row: Row = {
  id: 'B11',
  title: 'aitrail demo, from an empty home',
  run: () => {
    const times = Array.from({ length: RUNS }, () => {
      const place = openPlace();
      try {
        const { dir: cwd, env } = place;
        return timeProgram({ command: process.execPath, args: [ENTRY, 'demo'], cwd, env });
      } finally {
        place.remove();
      }
    });
    const sizes = [{ size: 1, value: median(times) }];
    const note = 'without npm install';
    return Promise.resolve([{ what: 'demo', unit: 'ms', of: 'demo', sizes, bar: BAR_MS, note }]);
  },
};
