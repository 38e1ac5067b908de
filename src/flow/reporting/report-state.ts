// How far this machine's log has gone to a gateway, on disk: the log itself is the queue.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stateHome } from '../../config/places.ts';
import { writeWhole } from '../../daemon/run-info.ts';
import type { Caller } from '../../model/caller.ts';
import { isObject, numberAt, objectAt, parseJson, stringAt } from '../../model/json.ts';
import type { ReportingProblem } from '../../model/reporting.ts';
import { sha256Hex } from '../../model/sha256.ts';

export interface Reached {
  /** First leaf that the gateway has not got. */
  readonly next: number;
  /** RFC 3339. */
  readonly cosignedAt: string | null;
  readonly problem: ReportingProblem | null;
}

export interface Queue {
  readonly gateway: string;
  /** Of the log. */
  readonly origin: string;
}

const NOWHERE: Reached = { next: 0, cosignedAt: null, problem: null };

const fileOf = (caller: Caller, { gateway, origin }: Queue): string =>
  join(stateHome(caller.env), 'reported', sha256Hex(`${gateway}\n${origin}`));

export async function readReached(caller: Caller, queue: Queue): Promise<Reached> {
  const text = await readFile(fileOf(caller, queue), 'utf8').catch(() => ''); // nothing was sent yet
  const json = parseJson(text);
  // what is torn or lost is sent again, and is there once
  if (!isObject(json)) return NOWHERE;
  const next = numberAt(json, 'next') ?? 0;
  return {
    next: Number.isSafeInteger(next) && next > 0 ? next : 0,
    cosignedAt: stringAt(json, 'cosignedAt'),
    problem: problemOf(objectAt(json, 'problem')),
  };
}

function problemOf(json: unknown): ReportingProblem | null {
  const text = (name: string): string => stringAt(json, name) ?? '';
  const [at, code, message, fix] = ['at', 'code', 'message', 'fix'].map(text);
  return at === undefined || at === ''
    ? null
    : { at, code: code ?? '', message: message ?? '', fix: fix ?? '' };
}

export const keepReached = (caller: Caller, queue: Queue, reached: Reached): Promise<void> =>
  writeWhole(fileOf(caller, queue), `${JSON.stringify(reached)}\n`);
