// A session as a gateway tells of it: what is not of its shape is not shown.
import { isObject, isString } from '../../model/json.ts';
import type { Session } from '../../model/session.ts';

/** Ids are printed, completed and typed. */
const ID = /^[\da-z]{1,64}$/;
/** Of a JavaScript date, to both sides. */
const MOMENT_MAX = 8_640_000_000_000_000;

export const isTeamSession = (value: unknown): value is Session =>
  isObject(value) && Object.entries(SHAPE).every(([name, fits]) => fits(value[name]));

const isId = (value: unknown): boolean => isString(value) && ID.test(value);
const isWord = (value: unknown): boolean => value === null || isString(value);
const isWords = (value: unknown): boolean => Array.isArray(value) && value.every(isString);
const isMoment = (value: unknown): boolean => isCount(value) && Number(value) <= MOMENT_MAX;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

const hasStrings = (value: unknown, names: readonly string[]): boolean =>
  isObject(value) && names.every((name) => isString(value[name]));

const isIdentity = (value: unknown): boolean =>
  isObject(value) && Array.isArray(value['mismatches']) && value['mismatches'].every(isObject);

const isPlace = (value: unknown): boolean =>
  isObject(value) &&
  isString(value['host']) &&
  ['repository', 'worktree', 'remote', 'branch', 'head'].every((name) => isWord(value[name]));

const SHAPE: Readonly<Record<keyof Session, (value: unknown) => boolean>> = {
  id: isId,
  grant: isId,
  conversation: isWord,
  parent: isWord,
  agent: isWord,
  agentVersion: isWord,
  principal: (value) => hasStrings(value, ['name', 'email']),
  identity: isIdentity,
  place: isPlace,
  startedAtMs: isMoment,
  lastAtMs: isMoment,
  exchanges: isCount,
  models: isWords,
};
