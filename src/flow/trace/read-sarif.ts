// SARIF 2.1.0 (OASIS): which places the results of each run are about.
import { posix } from 'node:path';
import { Fault } from '../../model/fault.ts';
import {
  arrayAt,
  isObject,
  isString,
  numberAt,
  objectAt,
  parseJson,
  stringAt,
} from '../../model/json.ts';
import type { FoundPlace } from '../../model/trace.ts';

export interface SarifRun {
  /** What the scanner says it looked at; null where it does not. */
  readonly revision: string | null;
  readonly places: readonly FoundPlace[];
}

export interface Sarif {
  readonly document: unknown;
  readonly runs: readonly SarifRun[];
}

/** @param worktree absolute, real. @throws Fault IMPORT_UNREADABLE. */
export function readSarif(name: string, text: string, worktree: string): Sarif {
  const document = parseJson(text.replace(/^\uFEFF/, ''));
  if (!isObject(document) || !Array.isArray(document['runs']))
    throw new Fault('IMPORT_UNREADABLE', `${name} is no SARIF document: it has no runs`, {
      fix: 'name a file of SARIF 2.1.0',
    });
  const runs = arrayAt(document, 'runs').map((run, at) => ({
    revision: revisionOf(run),
    places: arrayAt(run, 'results').flatMap((result, index) =>
      placesOf({ run, at, worktree }, result, index),
    ),
  }));
  return { document, runs };
}

/** 3.14.14: of several, the first that names one. */
const revisionOf = (run: unknown): string | null =>
  arrayAt(run, 'versionControlProvenance')
    .map((each) => stringAt(each, 'revisionId'))
    .find(isString) ?? null;

interface RunWork {
  readonly run: unknown;
  readonly at: number;
  readonly worktree: string;
}

function placesOf(work: RunWork, result: unknown, index: number): readonly FoundPlace[] {
  const about = {
    run: work.at,
    result: index,
    tool: stringAt(objectAt(objectAt(work.run, 'tool'), 'driver'), 'name') ?? 'scanner',
    rule: stringAt(result, 'ruleId') ?? stringAt(objectAt(result, 'rule'), 'id') ?? '',
    message: stringAt(objectAt(result, 'message'), 'text') ?? '',
  };
  return arrayAt(result, 'locations').map((location) => {
    const physical = objectAt(location, 'physicalLocation');
    const uri = decode(uriOf(work.run, objectAt(physical, 'artifactLocation')));
    return {
      ...about,
      uri,
      path: pathOf(uri, work.worktree),
      region: regionOf(objectAt(physical, 'region')),
    };
  });
}

/** 3.4.3, 3.4.4: relative to a base that the run names, or an entry of its list of artifacts. */
function uriOf(run: unknown, location: unknown): string {
  const index = numberAt(location, 'index') ?? -1;
  const listed = objectAt(arrayAt(run, 'artifacts')[index], 'location');
  const uri = stringAt(location, 'uri') ?? stringAt(listed, 'uri') ?? '';
  const base = stringAt(location, 'uriBaseId') ?? stringAt(listed, 'uriBaseId');
  return `${base === null ? '' : baseOf(run, base, 0)}${uri}`;
}

const BASES_MAX = 8;

function baseOf(run: unknown, name: string, depth: number): string {
  const base = objectAt(objectAt(run, 'originalUriBaseIds'), name);
  const above = stringAt(base, 'uriBaseId');
  const rest = stringAt(base, 'uri') ?? '';
  return above === null || depth > BASES_MAX ? rest : `${baseOf(run, above, depth + 1)}${rest}`;
}

function decode(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri; // scanners that do not encode
  }
}

/** Absolute ones only below the worktree: a scanner elsewhere looked at other files. */
function pathOf(uri: string, worktree: string): string | null {
  const local = uri.replace(/^file:\/\/(?:localhost)?/i, '');
  if (/^[a-z][a-z0-9+.-]*:/i.test(local)) return null;
  const isBelow = local.startsWith(`${worktree}/`);
  if (local.startsWith('/') && !isBelow) return null;
  const path = posix.normalize(isBelow ? local.slice(worktree.length + 1) : local);
  return path === '.' || path.startsWith('..') ? null : path;
}

/** 3.30.6: without an end a region is one line. */
function regionOf(region: unknown): FoundPlace['region'] {
  const startLine = numberAt(region, 'startLine');
  if (startLine === null || startLine < 1) return null;
  return { startLine, endLine: Math.max(startLine, numberAt(region, 'endLine') ?? startLine) };
}
