// Times and amounts as people read them.

const two = (value: number): string => String(value).padStart(2, '0');

/** `2026-11-21 11:03`, in the reader's own time zone. */
export function minuteOf(atMs: number): string {
  const at = new Date(atMs);
  return `${String(at.getFullYear())}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** `11:03:09`. */
export function secondOf(atMs: number): string {
  const at = new Date(atMs);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** `340 ms`, `1.2 s`, `4 min`, `2 h`, `3 d`. */
export function spanOf(ms: number): string {
  if (ms < 1000) return `${String(Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${String(Math.round(ms / 60_000))} min`;
  return ms < 172_800_000
    ? `${String(Math.round(ms / 3_600_000))} h`
    : `${String(Math.round(ms / 86_400_000))} d`;
}

/** `just now`, `4 min ago`, `in 2 h`. */
export function agoOf(atMs: number, nowMs: number = Date.now()): string {
  const away = nowMs - atMs;
  if (Math.abs(away) < 45_000) return 'just now';
  return away > 0 ? `${spanOf(away)} ago` : `in ${spanOf(-away)}`;
}

/** `1 edit`, `3,210 edits`. */
export const counted = (count: number, noun: string): string =>
  `${amountOf(count)} ${noun}${count === 1 ? '' : 's'}`;

export const amountOf = (count: number): string => count.toLocaleString('en-US');

/** `812`, `3.4k`, `1.2M`. */
export function shortOf(count: number): string {
  if (count < 1000) return String(count);
  return count < 999_500 ? `${(count / 1000).toFixed(1)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}

/** `12 %`, `0.4 %`; `–` where there is nothing to share. */
export function shareOf(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (100 * part) / whole;
  return `${percent > 0 && percent < 10 ? percent.toFixed(1) : String(Math.round(percent))} %`;
}
