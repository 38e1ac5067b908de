// The pages in a real browser: what a person sees, with the keyboard too, from a phone to a wide screen, and what a hostile
// recording does there: nothing. Screenshots lie in coverage/pages.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeReplay } from '../../src/site/replay-file.ts';
import { openHere } from '../store/store-kit.ts';
import { findChromium, openBrowser } from './chromium.ts';
import { MARKUP, recordHostile } from './hostile.ts';
import { openSite, type OpenedSite } from './open-site.ts';

const program = findChromium();
const why = program === null ? ' (left out: no Chromium on PATH or in CHROMIUM)' : '';
const SHOTS = resolve('coverage/pages');

const isHere = program !== null;

describe.skipIf(!isHere)(`in a browser${why}`, { timeout: 180_000 }, () => {
  let opened: OpenedSite;
  let browser: Browser;
  let own: BrowserContext;
  let page: Page;
  let hostile: string;
  const asked: string[] = [];
  const told: string[] = [];

  beforeAll(async () => {
    opened = await openSite(undefined, {
      'src/a.ts': 'const a = 1;\n',
      [`src/b.ts`]: `// ${MARKUP}\n`,
    });
    const store = await openHere(opened.caller.env['AITRAIL_HOME'] ?? '');
    hostile = await recordHostile(store);
    await store.close();
    browser = await openBrowser(program ?? '');
    own = await browser.newContext();
    own.setDefaultTimeout(60_000);
    own.on('request', (request) => asked.push(request.url()));
    page = await own.newPage();
    page.on('console', (message) => told.push(message.text()));
    page.on('pageerror', (error) => told.push(error.message));
    page.on('dialog', (dialog) => {
      told.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    mkdirSync(SHOTS, { recursive: true });
  }, 180_000);
  afterAll(async () => {
    await browser.close();
    await opened.close();
  });

  const go = (path: string) => page.goto(`http://${opened.host}${path}`);

  test('the link opens the pages, once; its secret does not stay in the address', async () => {
    await page.goto(opened.site.link('/'));
    await page.getByRole('link', { name: /claude-code/ }).waitFor();
    expect(page.url()).toBe(`http://${opened.host}/`);
    await page.reload();
    await page.getByRole('heading', { name: 'Sessions' }).waitFor();
    const other = await browser.newContext();
    const stranger = await other.newPage();
    await stranger.goto(opened.site.link('/'));
    await stranger.getByRole('alert').waitFor();
    expect(await stranger.getByRole('alert').textContent()).toContain('LINK_USED');
    await other.close();
    expect(told).toEqual([]);
  });

  test('a list leads to a conversation, and keys lead through it', async () => {
    await go('/');
    await page.getByRole('link', { name: /claude-code/ }).click();
    await page.getByText('I will write it.').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.getByText(/^step 2 of/).waitFor();
    expect(await page.locator('[aria-current=step]').count()).toBe(1);
    await page.keyboard.press('G');
    await page.getByText(/^step (\d+) of \1$/).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'side by side' }).click();
    expect(await page.locator('mark.masked, .event.mask').count()).toBeGreaterThan(0);
  });

  test('filters are reached by a key and narrow the list', async () => {
    await go('/');
    await page.getByRole('link', { name: /claude-code/ }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('nobody');
    await page.keyboard.press('Enter');
    await page.getByText('No session fits').waitFor();
    expect(await page.locator('.session-row').count()).toBe(0);
  });

  test('what was said is found, and leads to where it was said', async () => {
    await go('/search?q=greeting');
    await page.locator('.hits mark').first().waitFor();
    await page.locator('.hits a').first().click();
    await page.locator('[aria-current=step]').waitFor();
    expect(page.url()).toMatch(/\/session\/s\w+\?at=x\w+$/);
  });

  test('a hostile record is only text', async () => {
    await go(`/session/${hostile}`);
    await page.getByText('window.hacked=1').first().waitFor();
    const seen = await page.locator('main').innerText();
    expect(seen).toContain(MARKUP);
    expect(seen).toContain('␛[31mred');
    expect(seen).toContain('<U+202E>evil<U+202C>');
    expect(seen).toContain('<U+D800>');
    // not even in a name
    expect(seen).toContain('<b>agent</b><U+202E>');
    expect(seen).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
    expect(seen).toContain('\uFFFD');
    expect(await page.locator('main script, main img, main b, main i').count()).toBe(0);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(seen.length).toBeLessThan(60_000);
    await page.getByRole('button', { name: /show more \(9,99\d,\d{3} characters left\)/ }).click();
    await page
      .getByRole('button', { name: /show more \(9,96\d,\d{3} characters left\)/ })
      .waitFor();
    await go('/files/src/b.ts');
    await page.getByText(MARKUP).waitFor();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(told).toEqual([]);
  });

  // all pages at all sizes are looked at in screens.slow.ts
  const places = (): readonly string[] => [`/session/${opened.session}`, '/files/src/a.ts', '/'];
  test.each([
    ['phone', 360, 740, 'dark'],
    ['laptop', 1280, 800, 'light'],
    ['wall', 3840, 2160, 'dark'],
  ] as const)('%s: the pages fit', async (...[name, width, height, colorScheme]) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    for (const place of places()) {
      await go(place);
      await page.locator('main :is(h1, h2)').first().waitFor();
      await expect.poll(() => page.locator('.waiting').count(), { timeout: 60_000 }).toBe(0);
      const tooWide = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect([place, tooWide]).toEqual([place, 0]);
      const shot = `${name}-${place.replaceAll(/\W+/g, '-').slice(1, 30) || 'sessions'}.png`;
      if (name !== 'wall' || place === places()[0])
        await page.screenshot({ path: join(SHOTS, shot) });
    }
  });

  test('everything that can be pressed has a name, and every page its landmarks', async () => {
    for (const place of [
      '/',
      `/session/${opened.session}`,
      '/files/src/a.ts',
      '/approvals',
      '/stats',
    ]) {
      await go(place);
      await page.locator('main :is(h1, h2)').first().waitFor();
      const nameless = await page.evaluate(
        `[...document.querySelectorAll('button, a, input, select, summary')]
          .filter((one) => !(one.textContent.trim() || one.getAttribute('aria-label') || one.labels?.length))
          .map((one) => one.outerHTML)`,
      );
      expect(nameless).toEqual([]);
      for (const landmark of ['main', 'nav', 'header'])
        expect(await page.locator(landmark).count()).toBeGreaterThan(0);
    }
  });

  test('nothing was asked of anybody else', () => {
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter((url) => !url.startsWith(`http://${opened.host}/`))).toEqual([]);
  });

  test('a file of its own opens offline and without scripts', async () => {
    const place = join(tmpdir(), `replay-${hostile}.html`);
    writeFileSync(place, await writeReplay(opened.caller, hostile));
    const other = await browser.newContext({ javaScriptEnabled: false });
    const wanted: string[] = [];
    other.on('request', (request) => wanted.push(request.url()));
    await other.setOffline(true);
    const reader = await other.newPage();
    await reader.goto(`file://${place}`);
    const seen = await reader.locator('main').innerText();
    expect(seen).toContain(MARKUP);
    expect(seen).toContain('<U+202E>evil');
    expect(await reader.locator('body script, body img').count()).toBe(0);
    expect(wanted).toEqual([`file://${place}`]);
    // the style sheet is let in by its digest
    expect(await reader.evaluate("getComputedStyle(document.querySelector('.turn')).display")).toBe(
      'grid',
    );
    await reader.screenshot({ path: join(SHOTS, 'file.png') });
    await other.close();
    rmSync(place);
  });
});
