import { describe, expect, test } from 'vitest';
import { replay, type Happening } from './replay.ts';

const path = 'src/a.ts';
const MINE = 'import { orders } from "./orders";\n\nconst limit = loadLimit();\n';
const BLOCK = `export function overdueOrders(today: Date): Order[] {
  const cutoff = addDays(today, -limit);
  return orders.filter((order) => order.dueOn < cutoff);
}
`;
const write = (text: string, by = 'claude'): Happening => ({
  by,
  edit: { kind: 'write', path, text },
});
const replace = (before: string, after: string, by = 'claude'): Happening => ({
  by,
  edit: { kind: 'replace', path, before, after, isAll: false },
});

describe('the last writer decides', () => {
  test.each<[string, Happening[], string, string]>([
    ['a file that an AI wrote', [write(BLOCK)], BLOCK, 'aaaa'],
    [
      'a block appended to a person’s file',
      [{ seen: MINE }, write(MINE + BLOCK)],
      MINE + BLOCK,
      'hhhaaaa',
    ],
    [
      'what stood on disk before the model repeated it',
      [{ seen: BLOCK }, write(BLOCK)],
      BLOCK,
      'hhhh',
    ],
    [
      'one line of a person’s changed by an AI',
      [{ seen: MINE }, replace('loadLimit()', 'loadLimit(settings)')],
      MINE.replace('loadLimit()', 'loadLimit(settings)'),
      'hha',
    ],
    [
      'an AI’s line changed by a person',
      [write(BLOCK)],
      BLOCK.replace('-limit', '-limit - 1'),
      'amaa',
    ],
    [
      'a part of an AI’s line taken out',
      [write('const tone = pick(status, palette, fallback);\n')],
      'const tone = pick(status, palette);\n',
      'm',
    ],
    [
      'lines of a person’s between an AI’s',
      [write(BLOCK)],
      BLOCK.replace('  return', '  audit.record("overdue", today);\n  return'),
      'aahaa',
    ],
    [
      'an AI’s line replaced by another',
      [write('const weights = readWeights(file);\nexport default weights;\n')],
      'import process from "node:process";\nexport default weights;\n',
      'ha',
    ],
    [
      'a name that a person changed throughout an AI’s block',
      [write(`${BLOCK}const all = overdueOrders(now);\nreturn all;\n`)],
      `${BLOCK}const everything = overdueOrders(now);\nreturn everything;\n`,
      'aaaamm',
    ],
    [
      'a line of common words in the place of an AI’s, where no name was changed throughout',
      [write(`${BLOCK}const all = overdueOrders(now);\nreturn all;\n`)],
      `${BLOCK}const all = overdueOrders(now);\nreturn limit;\n`,
      'aaaaah',
    ],
    [
      'a person’s line put back after an AI changed it',
      [{ seen: MINE }, replace('loadLimit()', 'loadLimit(settings)')],
      MINE,
      'hhh',
    ],
  ])('%s', (...[, happenings, final, labels]) =>
    expect(replay(happenings, final).labels).toBe(labels),
  );
});

describe('formatting changes no origin', () => {
  test.each<[string, string, string]>([
    ['quotes, semicolons, indent', BLOCK.replaceAll('  ', '\t').replaceAll(';', ''), 'aaaa'],
    [
      'a call spread over lines',
      BLOCK.replace('addDays(today, -limit)', 'addDays(\n    today,\n    -limit,\n  )'),
      'aaaaaaa',
    ],
    ['everything on one line', `${BLOCK.replaceAll(/\n\s*/g, ' ').trim()}\n`, 'a'],
  ])('%s', (_name, final, labels) => expect(replay([write(BLOCK)], final).labels).toBe(labels));
  test('the evidence says so', () => {
    expect(replay([write(BLOCK)], BLOCK).evidence[0]).toBe('exact');
    expect(replay([write(BLOCK)], BLOCK.replaceAll('  ', '    ')).evidence[1]).toBe('reformatted');
  });
});

const classOf = (name: string, more: string): string =>
  `public class ${name} {\n  private final String name;\n${more}\n  public ${name}(String name) {\n` +
  '    this.name = name;\n  }\n\n  public String getName() {\n    return name;\n  }\n}\n';

describe('moves, copies, pastes', () => {
  const other = `export const zones = ['north', 'south'];\n`;
  test('a moved block keeps its author', () =>
    expect(replay([write(`${BLOCK}${other}`)], `${other}${BLOCK}`).labels).toBe('aaaaa'));
  test('a pasted answer is the model’s, the lines around it are not', () => {
    const snippet: Happening = { by: 'chat', edit: { kind: 'snippet', path: null, text: BLOCK } };
    expect(replay([{ seen: MINE }, snippet], MINE + BLOCK).labels).toBe('hhhaaaa');
  });
  test('a pasted block that was edited', () => {
    const snippet: Happening = { by: 'chat', edit: { kind: 'snippet', path: null, text: BLOCK } };
    const edited = BLOCK.replace('-limit', '-limit * 2');
    expect(replay([{ seen: MINE }, snippet], MINE + edited).labels).toBe('hhhamaa');
  });
  test('a common line of an answer proves nothing', () => {
    const text = 'if (!input) {\n  return null;\n}\n';
    const snippet: Happening = { by: 'chat', edit: { kind: 'snippet', path: null, text } };
    expect(replay([snippet], 'function f(input) {\n  return null;\n}\n').labels).toBe('hhh');
  });
  test('a class like any other, in the words that the language asks for, proves nothing', () => {
    const snippet: Happening = {
      by: 'chat',
      edit: { kind: 'snippet', path: null, text: classOf('Depot', '') },
    };
    expect(replay([snippet], classOf('Driver', '  private int tours;')).labels).not.toContain('a');
  });
});

describe('proposals', () => {
  const rejected: Happening = {
    by: 'claude',
    edit: { kind: 'write', path, text: MINE + BLOCK },
    outcome: 'rejected',
  };
  test('a rejected one leaves no trace', () =>
    expect(
      replay([{ seen: MINE }, rejected], `${MINE}export const limits = { days: limit };\n`).labels,
    ).toBe('hhhh'));
  test('one whose result was never seen counts if the file has it', () => {
    const unknown: Happening = {
      by: 'claude',
      edit: { kind: 'write', path, text: BLOCK },
      outcome: 'unknown',
    };
    expect(replay([unknown], BLOCK).labels).toBe('aaaa');
    expect(replay([{ seen: MINE }, unknown], MINE).labels).toBe('hhh');
  });
});

describe('commands', () => {
  test('what changed while only a command ran is observed', () => {
    const after = MINE.replace('loadLimit', 'loadDailyLimit');
    const ran = replay([{ seen: MINE }, { by: 'codex', ran: after }], after);
    expect(ran.labels).toBe('hha');
    expect(ran.evidence[2]).toBe('observed');
  });
});

describe('two sessions', () => {
  test('what the second repeats stays the first’s', () => {
    const more = `${BLOCK}\nexport const overdueCount = (today: Date) => overdueOrders(today).length;\n`;
    const both = replay([write(BLOCK, 'claude'), write(more, 'gemini')], more);
    expect(both.labels).toBe('aaaaaa');
    expect([both.sessions[1], both.sessions[5]]).toEqual(['claude', 'gemini']);
  });
  test('a common line of a block that went is the second’s own', () => {
    const second = 'fn peek(&self) -> Option<char> {\n    self.chars.clone().next()\n}\n';
    const first = 'fn advance(&mut self) -> bool {\n    self.chars.next().is_some()\n}\n';
    const both = replay([write(first, 'claude'), write(second, 'gemini')], second);
    expect(new Set(both.sessions)).toEqual(new Set(['gemini']));
  });
});

test('a file of many new lines costs its length, not its square', () => {
  const many = Array.from({ length: 12_000 }, (_, line) => `step${line}();\n}\n`).join('');
  const before = process.cpuUsage();
  const { labels } = replay([write(BLOCK)], many);
  const { user, system } = process.cpuUsage(before);
  expect(labels).toBe('h'.repeat(24_000));
  expect(user + system).toBeLessThan(4_000_000); // a second or less; the square takes ten
});
