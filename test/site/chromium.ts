// A real browser where there is one: named by CHROMIUM, or on PATH.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @returns null where there is none. */
export function findChromium(): string | null {
  const given = process.env['CHROMIUM'] ?? '';
  if (given !== '') return given;
  const places = (process.env['PATH'] ?? '').split(delimiter);
  return places.flatMap((place) => NAMES.map((name) => join(place, name))).find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not here
  }
}

/** With a profile of its own, gone when it is closed. */
export const openBrowser = (program: string): Promise<Browser> =>
  chromium.launch({ executablePath: program, args: FLAGS, timeout: 120_000 });
