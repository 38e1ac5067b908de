// Light or dark: as the system says, until the reader says otherwise.

const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const PLACE = 'aitrail-theme';

export const readTheme = (): Theme =>
  THEMES.find((theme) => theme === localStorage.getItem(PLACE)) ?? 'system';

export function applyTheme(): void {
  document.documentElement.dataset['theme'] = readTheme();
}

/** @returns the one that is now shown. */
export function nextTheme(): Theme {
  const next = THEMES[(THEMES.indexOf(readTheme()) + 1) % THEMES.length] ?? 'system';
  localStorage.setItem(PLACE, next);
  applyTheme();
  return next;
}
