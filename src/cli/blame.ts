// aitrail blame [git blame's flags] [rev] [--] file
import { buffer } from 'node:stream/consumers';
import {
  blameFile,
  blamePlainly,
  readBlameWords,
  showBlame,
  type BlameWords,
  type ShownBlame,
} from '../flow/attribute/blame-file.ts';
import { Fault } from '../model/fault.ts';
import { blameDocument } from '../print/blame-json.ts';
import { incrementalText, porcelainText } from '../print/blame-porcelain.ts';
import { annotateText, blameText, forTerminal } from '../print/blame-text.ts';
import { faultLines } from '../print/fault-lines.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { printDocument } from './output.ts';

export const command: CommandSpec = {
  name: 'blame',
  usage: '[words...]',
  summary: "git blame with each line's origin: takes git blame's flags, [rev] and file",
  options: [
    { flags: '--json', description: 'one JSON document' },
    {
      flags: '--claimed',
      description: 'with --json: count what unsigned notes of other tools claim',
    },
    { flags: '--no-aitrail', description: "git's own output, byte for byte" },
  ],
  example: 'blame README.md',
  takesForeignFlags: true,
  run: runBlameCommand,
};

/** git's own, for what cannot be understood. */
const USAGE_EXIT = 129;

/** Ours may stand anywhere before `--`; the rest is git's. */
const OWN = new Set(['--json', '--claimed', '--no-aitrail', '--aitrail', '--no-color']);

async function runBlameCommand(call: Invocation): Promise<number> {
  const { caller, out, options } = call;
  const end = call.words.indexOf('--');
  const isOwn = (word: string, at: number): boolean => OWN.has(word) && (end < 0 || at < end);
  const own = new Set(call.words.filter(isOwn));
  const gitWords = call.words.filter((word, at) => !isOwn(word, at));
  if (options['aitrail'] === false || own.has('--no-aitrail')) {
    const plain = await blamePlainly(
      caller,
      gitWords,
      await readContents(readBlameWords(gitWords)),
    );
    out.writeBytes(plain.stdout);
    out.note(plain.stderr);
    return plain.exit;
  }
  const words = readBlameWords(gitWords);
  if (words.file === null) {
    out.note(faultLines(new Fault('USAGE', 'blame needs a file'), false));
    return USAGE_EXIT;
  }
  const asked = { ...words, stdin: await readContents(words) };
  if (options['json'] === true || own.has('--json')) {
    const answer = await blameFile(caller, asked);
    if (answer.kind === 'refused') return tellRefusal(call, answer);
    const { blamed } = answer;
    const facts = blamed.lines.map((line, at) => ({ ...line, ...originAt(blamed, at) }));
    const countsClaims = options['claimed'] === true || own.has('--claimed');
    printDocument(out, blameDocument(blamed, facts, countsClaims));
    return 0;
  }
  const answer = await showBlame(caller, asked);
  if (answer.kind === 'refused') return tellRefusal(call, answer);
  const { blamed } = answer;
  out.note(blamed.notes);
  const shaped = shapeText(blamed, words, out.isColour && !own.has('--no-color'));
  writeShaped(out, shaped);
  return 0;
}

const writeShaped = (out: Invocation['out'], shaped: Buffer): void =>
  out.writeBytes(out.isTty ? forTerminal(shaped) : shaped);

function tellRefusal(
  { caller, out }: Invocation,
  { fault, exit }: { readonly fault: Fault; readonly exit: number },
): number {
  out.note(faultLines(fault, caller.env['AITRAIL_DEBUG'] === '1'));
  return exit;
}

/** `--contents -`: both questions to git have the same text. */
const readContents = async ({ contents }: BlameWords): Promise<Uint8Array> =>
  contents === '-' ? buffer(process.stdin) : Buffer.alloc(0);

const originAt = (blamed: ShownBlame, at: number): ShownBlame['origins'][number] =>
  blamed.origins[at] ?? { origin: null, isSigned: false };

function shapeText(blamed: ShownBlame, words: BlameWords, isColour: boolean): Buffer {
  const column = blamed.lines.map((line, at) => ({
    name: line.bytes.author,
    mail: line.bytes.mail,
    origin: originAt(blamed, at).origin,
  }));
  switch (words.shape) {
    case 'text':
      return words.isBare ? blamed.output : blameText(blamed.output, column, isColour);
    case 'annotate':
      return annotateText(blamed.output, column);
    case 'porcelain':
      return porcelainText(blamed.output, blamed.origins);
    case 'incremental': {
      const byLine = new Map(blamed.lines.map((line, at) => [line.line, originAt(blamed, at)]));
      return incrementalText(blamed.output, (line) => byLine.get(line));
    }
  }
}
