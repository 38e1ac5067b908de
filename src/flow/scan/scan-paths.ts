// Finds secrets in files, in what is staged, in commits, in a text: `aitrail scan`.
import { relative } from 'node:path';
import { type BinaryString, findStrings } from '../../git/binary-strings.ts';
import { openObjects, type Objects } from '../../git/objects.ts';
import { findRepository, openRepository, type Repository } from '../../git/open-repository.ts';
import { readOutgoing, type OutgoingCommit } from '../../git/outgoing.ts';
import { type AddedRun, MODE_SUBMODULE, type PatchFile } from '../../git/patch-file.ts';
import { gitText } from '../../git/run-git.ts';
import { readMergeHeads } from '../../git/merge-heads.ts';
import { readStaged } from '../../git/staged.ts';
import { compilePatterns, type PathPatterns } from '../../guard/path-patterns.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { LineRange } from '../../model/origin.ts';
import type { PlacedFinding, ScanReport, SecretFinding } from '../../model/secret.ts';
import { countsInBinary } from '../../secrets/in-binary.ts';
import { placeFindings } from '../../secrets/place-finding.ts';
import { readBytes, readSource } from '../../secrets/read-source.ts';
import { openScanner, type Scanner } from '../../secrets/scanner.ts';
import { listFiles } from './list-files.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { openReader } from './open-reader.ts';
import { loadScanRules, type ScanRules } from './scan-rules.ts';

export type ScanTarget =
  | { readonly kind: 'paths'; readonly paths: readonly string[] }
  | { readonly kind: 'staged' }
  | { readonly kind: 'range'; readonly range: string }
  | { readonly kind: 'text'; readonly bytes: Buffer };

interface Scan {
  readonly scanner: Scanner;
  readonly allowed: PathPatterns;
  readonly isAllowed: ScanRules['isAllowed'];
  readonly findings: PlacedFinding[];
  filesScanned: number;
  bytesScanned: number;
  readonly onFile: (filesScanned: number) => void;
}

/**
 * Scans with the policy in force: its own rules count, paths under `secrets.allow` do not.
 *
 * @param onFile called after each file.
 * @throws Fault NO_SUCH_FILE, NO_SUCH_REVISION, NOT_A_REPOSITORY, CONFIG_INVALID.
 */
export async function scanPaths(
  caller: Caller,
  target: ScanTarget,
  onFile: (filesScanned: number) => void = () => undefined,
): Promise<ScanReport> {
  const repository = await findRepository(caller);
  const { secrets } = await loadPolicy(caller, repository);
  const root = repository?.worktree ?? caller.cwd;
  const { rules, isAllowed } = await loadScanRules(root);
  const scan: Scan = {
    scanner: openScanner({ rules: [...secrets.rules, ...rules] }),
    isAllowed,
    allowed: compilePatterns(secrets.allow),
    findings: [],
    filesScanned: 0,
    bytesScanned: 0,
    onFile,
  };
  await scanTarget(scan, { caller, repository, root }, target);
  const { findings, filesScanned, bytesScanned } = scan;
  return { findings, filesScanned, bytesScanned };
}

interface Place {
  readonly caller: Caller;
  readonly repository: Repository | null;
  /** Where gitleaks' files lie, and what their paths start from. */
  readonly root: string;
}

async function scanTarget(scan: Scan, place: Place, target: ScanTarget): Promise<void> {
  switch (target.kind) {
    case 'text':
      scanBytes(scan, target.bytes, { path: '-', commit: null, added: null });
      return;
    case 'paths':
      await scanDisk(scan, place, target.paths);
      return;
    case 'staged':
      await scanStaged(scan, place.caller);
      return;
    case 'range':
      await scanRange(scan, place.caller, target.range);
  }
}

async function scanDisk(scan: Scan, place: Place, paths: readonly string[]): Promise<void> {
  const named = paths.length === 0 ? ['.'] : paths;
  const read = openReader();
  for (const { file, path } of await listFiles(place.caller, place.repository, named)) {
    const bytes = scan.allowed.matches(path) ? null : read(file);
    if (bytes === null) continue;
    const rootPath = relative(place.root, file).replaceAll('\\', '/');
    scanBytes(scan, bytes, { path, rootPath, commit: null, added: null });
  }
}

async function scanStaged(scan: Scan, caller: Caller): Promise<void> {
  const repository = await openRepository(caller);
  const heads = await readMergeHeads(repository);
  await withObjects(caller, async (objects) => {
    const { files } = await readStaged(repository, objects, heads);
    await scanChanged(scan, objects, { files, commit: null });
  });
}

async function scanRange(scan: Scan, caller: Caller, range: string): Promise<void> {
  const repository = await openRepository(caller);
  const commits = await listCommits(caller, range);
  await withObjects(caller, async (objects) => {
    for await (const patch of readOutgoing(repository, objects, commits))
      await scanChanged(scan, objects, patch);
  });
}

/** One revision means that commit, as for `verify`. */
async function listCommits(caller: Caller, range: string): Promise<readonly OutgoingCommit[]> {
  const isOne = !/\.\.|^\^|\s/.test(range);
  const one = isOne ? ['-n', '1'] : [];
  const args = ['rev-list', '--reverse', '--parents', ...one, '--end-of-options', range, '--'];
  const listed = await gitText(caller, args).catch((cause: unknown) => {
    throw new Fault('NO_SUCH_REVISION', `${range} names no commits`, { cause });
  });
  return listed.split('\n').flatMap((line) => {
    const [commit = '', ...parents] = line.split(' ');
    return commit === '' ? [] : [{ commit, parents }];
  });
}

async function withObjects(
  caller: Caller,
  act: (objects: Objects) => Promise<void>,
): Promise<void> {
  const objects = openObjects(caller);
  try {
    await act(objects);
  } finally {
    objects.close();
  }
}

async function scanChanged(
  scan: Scan,
  objects: Objects,
  change: { readonly files: readonly PatchFile[]; readonly commit: string | null },
): Promise<void> {
  for (const { path, newBlob, newMode, runs, strings = [] } of change.files) {
    const isAdded = runs.length > 0 || strings.length > 0;
    if (!isAdded || newBlob === null || newMode === MODE_SUBMODULE || scan.allowed.matches(path))
      continue;
    const found = await objects.read(newBlob);
    if (found === null) throw new Fault('OBJECTS_MISSING', `blob ${newBlob} of ${path} is missing`);
    const added = [...runs, ...strings.map(linesOf)].map(({ firstLine, lines }) => ({
      firstLine,
      lineCount: lines.length,
    }));
    scanBytes(scan, found.bytes, { path, commit: change.commit, added });
  }
}

const linesOf = ({ firstLine, text }: BinaryString): Pick<AddedRun, 'firstLine' | 'lines'> => ({
  firstLine,
  lines: text.split('\n'),
});

interface SourceFacts {
  readonly path: string;
  /** Where it differs from the path shown. */
  readonly rootPath?: string;
  readonly commit: string | null;
  /** Only what touches these lines counts; null: everything. */
  readonly added: readonly LineRange[] | null;
}

function scanBytes(scan: Scan, bytes: Buffer, facts: SourceFacts): void {
  scan.filesScanned += 1;
  scan.bytesScanned += bytes.length;
  const { path, commit, added } = facts;
  const text = readSource(bytes);
  const found =
    text === null
      ? findInBinary(scan.scanner, bytes, path)
      : scan.scanner.scan(text.text, { path });
  if (found.length > 0) {
    const source = text ?? readBytes(bytes);
    const placed = placeFindings({ ...source, path, commit }, found);
    placed.forEach((one, i) => {
      const said = { ...one, path: facts.rootPath ?? path, ...textOf(source.text, found[i]) };
      if (touches(one, added) && !scan.isAllowed(said)) scan.findings.push(one);
    });
  }
  scan.onFile(scan.filesScanned);
}

/** What providers document, and private keys, in what can be read of binary content. */
const findInBinary = (scanner: Scanner, bytes: Buffer, path: string): readonly SecretFinding[] =>
  findStrings(bytes).flatMap(({ text, start }) =>
    scanner
      .scan(text, { path })
      .filter(({ rule, start: from, end }) => countsInBinary(rule, text.slice(from, end)))
      .map((one) => ({ ...one, start: one.start + start, end: one.end + start })),
  );

function textOf(text: string, found: SecretFinding | undefined): { secret: string; line: string } {
  const { start = 0, end = 0 } = found ?? {};
  const lineEnd = text.indexOf('\n', end);
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, lineEnd < 0 ? undefined : lineEnd);
  return { secret: text.slice(start, end), line };
}

const touches = (finding: PlacedFinding, added: readonly LineRange[] | null): boolean =>
  added === null ||
  added.some(
    ({ firstLine, lineCount }) =>
      finding.startLine < firstLine + lineCount && finding.endLine >= firstLine,
  );
