// Line editors driven by a script (ed, ex, vi -es), and one-line scripts of perl, ruby and php that open files of their
// own: which files they write, where their text says so.
import { pathsOf, readArguments } from './shell-arguments.ts';
import type { Program } from './shell-files.ts';

/** `w`, `wq`, `x`, `update` as a command of its own. */
const SAVES = /(?:^|[\s|;:,$\d])(?:w|wq|x|up(?:date)?|ZZ)(?:[!|\s]|$)/m;

const editor: Program = ({ words, input, frame }) => {
  const args = readArguments(words, ['-c', '-S', '-u', '--cmd']);
  const script = [...words.map((word) => word.text), input?.text ?? ''].join('\n');
  if (!SAVES.test(script)) return { isOpaque: true };
  return { paths: pathsOf(frame, args.operands), isOpaque: true };
};

const QUOTED = String.raw`(["'])((?:(?!\1)[^\\\n$]){1,300})\1`;

/** Calls that write the file that the first quoted text behind them names. */
const WRITING: Readonly<Record<string, readonly RegExp[]>> = {
  perl: [
    new RegExp(String.raw`\bunlink\s*\(?\s*` + QUOTED, 'g'),
    new RegExp(
      String.raw`\bopen\s*\(?\s*[^,;]{1,40},\s*["']\+?>{1,2}(?:[^"']*)["']\s*,\s*` + QUOTED,
      'g',
    ),
  ],
  ruby: [
    new RegExp(String.raw`\bFile\.(?:bin)?(?:write|delete|unlink|truncate)\s*\(?\s*` + QUOTED, 'g'),
    new RegExp(
      String.raw`\bFile\.(?:open|new)\s*\(?\s*` + QUOTED + String.raw`\s*,\s*["'][wa+r]*[wa+]`,
      'g',
    ),
    new RegExp(String.raw`\bIO\.(?:bin)?write\s*\(?\s*` + QUOTED, 'g'),
    new RegExp(String.raw`\bFileUtils\.(?:rm|rm_f|touch)\s*\(?\s*` + QUOTED, 'g'),
  ],
  php: [
    new RegExp(String.raw`\b(?:file_put_contents|unlink|touch)\s*\(\s*` + QUOTED, 'g'),
    new RegExp(String.raw`\bfopen\s*\(\s*` + QUOTED + String.raw`\s*,\s*["'][waxc]`, 'g'),
  ],
};

/** @param program name without version. @returns paths as the script says them. */
export function pathsOfScript(program: string, script: string): readonly string[] {
  const patterns = Object.hasOwn(WRITING, program) ? (WRITING[program] ?? []) : [];
  return patterns.flatMap((pattern) =>
    [...script.matchAll(pattern)].map((match) => match[2] ?? ''),
  );
}

const scripted: Program = ({ program, words, input, frame }) => {
  const at = words.findIndex((word) => /^-[er]$/.test(word.text));
  const text = at >= 0 ? (words[at + 1]?.text ?? '') : (input?.text ?? '');
  const paths = pathsOfScript(program, text).map((path) => ({ text: path, isExact: true }));
  return { paths: pathsOf(frame, paths), isOpaque: true };
};

export const EDITORS: Readonly<Record<string, Program>> = {
  ed: editor,
  ex: editor,
  vi: editor,
  vim: editor,
  nvim: editor,
  ruby: scripted,
  php: scripted,
};
