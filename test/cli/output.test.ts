import { expect, test } from 'vitest';
import { printDocument } from '../../src/cli/output.ts';
import type { Terminal } from '../../src/cli/command.ts';

test('a document holds no character that a terminal obeys, and means the same', () => {
  const written: string[] = [];
  const out: Terminal = {
    write: (text) => void written.push(text),
    writeBytes: () => undefined,
    note: () => undefined,
    progress: () => undefined,
    isColour: false,
    isTty: false,
    isInteractive: false,
  };
  const document = { text: 'a\u001B[31m\u007F\u009B31m\u202Eevil\u202C\u{E0041}\uFEFF 日本語\n' };
  printDocument(out, document);
  expect(written.join('')).not.toMatch(/[^\P{Cc}\n]|[\u202A-\u202E\uFEFF]|[\u{E0000}-\u{E007F}]/u);
  expect(written.join('')).toContain('日本語');
  expect(JSON.parse(written.join(''))).toEqual(document);
});
