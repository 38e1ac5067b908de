// aitrail verify [range]
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { REQUIREMENTS, type Requirement } from '../model/verification.ts';
import { verify } from '../flow/verify/verify.ts';
import { Fault } from '../model/fault.ts';
import type { Verification } from '../model/verification.ts';
import { readVersion } from '../model/version.ts';
import { changeGithub, changeGitlab, changeSarif } from '../print/change-forges.ts';
import { changeMarkdown } from '../print/change-markdown.ts';
import { verifyJson, verifyLines } from '../print/verify-lines.ts';
import type { CommandSpec, Invocation, Terminal } from './command.ts';
import { percent, PROGRESS_OPTION } from './progress.ts';
import { readText } from './read-text.ts';

const FORMATS = ['text', 'json', 'md', 'sarif', 'github', 'gitlab'] as const;
type Format = (typeof FORMATS)[number];

const verifySpec: CommandSpec = {
  name: 'verify',
  usage: '[range]',
  summary: 'check that commits have valid signed provenance',
  options: [
    { flags: '--trust-ref <ref>', description: 'take the trusted signers from this revision' },
    {
      flags: '--require <list>',
      description: `also demand, comma-separated: ${REQUIREMENTS.join(', ')}`,
      values: REQUIREMENTS,
    },
    { flags: '--stdin', description: 'read the lines of a pre-receive hook: <old> <new> <ref>' },
    {
      flags: '--format <format>',
      description: `for people, a comment, or a forge: ${FORMATS.join(', ')} (default text)`,
      values: FORMATS,
    },
    {
      flags: '--vsa <file>',
      description: 'also write the answer there as a signed SLSA source verification summary',
    },
    { flags: '--bundle <file>', description: 'check a bundle of evidence, and nothing else' },
    {
      flags: '--signers <file>',
      description: 'with --bundle: your own list of trusted signers, in ssh-keygen’s format',
    },
    PROGRESS_OPTION,
    { flags: '--json', description: 'print one JSON document' },
  ],
  example: 'verify HEAD',
  run: async (call) => {
    const { options, words, out, caller } = call;
    if (typeof options['bundle'] === 'string') return verifyBundle(call, options['bundle']);
    if (words.length > 0 && options['stdin'] === true)
      throw new Fault('USAGE', 'a range and --stdin exclude each other');
    const format = options['json'] === true ? 'json' : readFormat(options['format']);
    const answer = await verify(caller, {
      range: words[0] ?? null,
      pushed: options['stdin'] === true ? await text(process.stdin) : null,
      trustRef: typeof options['trustRef'] === 'string' ? options['trustRef'] : null,
      require: readRequirements(options['require']),
      isReported: !['text', 'json'].includes(format),
      onStep: (done, all) => out.progress(`checking commits: ${percent(done, all)}`),
    });
    out.progress('');
    out.write(formatAnswer(answer, format, out));
    if (format === 'github') await addSummary(call, answer);
    await writeVsa(call, answer);
    return answer.isOk ? 0 : 1;
  },
};

export const commands: readonly CommandSpec[] = [verifySpec];

/** Loads nothing of a repository: it may be checked on any machine. */
async function verifyBundle(call: Invocation, file: string): Promise<number> {
  const { caller, options, words, out } = call;
  if (words.length > 0 || options['stdin'] === true)
    throw new Fault('USAGE', 'a bundle is checked by itself: no range, no --stdin');
  const { checkBundle } = await import('../flow/bundle/check-bundle.ts');
  const { bundleJson, bundleLines } = await import('../print/bundle-lines.ts');
  const bytes = await readFile(resolve(caller.cwd, file)).catch((cause: unknown) => {
    throw new Fault('IMPORT_UNREADABLE', `${file} cannot be read`, {
      cause,
      fix: 'name a file that aitrail bundle made',
    });
  });
  const signers =
    typeof options['signers'] === 'string' ? await readText(caller, options['signers']) : null;
  const checked = checkBundle(bytes, signers);
  out.write(options['json'] === true ? bundleJson(checked) : bundleLines(checked));
  return checked.isOk ? 0 : 1;
}

/** Where it was asked for. */
async function writeVsa({ caller, options }: Invocation, answer: Verification): Promise<void> {
  const { vsa } = options;
  if (typeof vsa !== 'string') return;
  const { stateVsa } = await import('../flow/verify/state-vsa.ts');
  const line = await stateVsa(caller, answer);
  await writeFile(resolve(caller.cwd, vsa), line).catch((cause: unknown) => {
    throw new Fault('OUT_UNWRITABLE', `${vsa} cannot be written`, { cause });
  });
}

function readRequirements(value: Invocation['options'][string]): readonly Requirement[] {
  const names = typeof value === 'string' ? value.split(',').filter(Boolean) : [];
  return names.map((name) => {
    const known = REQUIREMENTS.find((each) => each === name);
    if (known !== undefined) return known;
    throw new Fault('USAGE', `--require knows no ${name.slice(0, 60)}`, {
      fix: `use some of ${REQUIREMENTS.join(', ')}`,
    });
  });
}

function readFormat(value: Invocation['options'][string]): Format {
  const known = FORMATS.find((each) => each === (value ?? 'text'));
  if (known !== undefined) return known;
  throw new Fault('USAGE', `--format knows no ${String(value).slice(0, 60)}`, {
    fix: `use one of ${FORMATS.join(', ')}`,
  });
}

function formatAnswer(answer: Verification, format: Format, out: Terminal): string {
  switch (format) {
    case 'text':
      return verifyLines(answer, out.isColour);
    case 'json':
      return verifyJson(answer);
    case 'md':
      return changeMarkdown(answer);
    case 'sarif':
      return changeSarif(answer, readVersion());
    case 'github':
      return changeGithub(answer);
    case 'gitlab':
      return changeGitlab(answer);
  }
}

/** What GitHub shows on the page of the run: in a job, it names a file for it. */
async function addSummary({ caller }: Invocation, answer: Verification): Promise<void> {
  const file = caller.env['GITHUB_STEP_SUMMARY'] ?? '';
  if (file !== '') await appendFile(resolve(caller.cwd, file), changeMarkdown(answer));
}
