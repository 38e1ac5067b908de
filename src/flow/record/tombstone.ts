// What is left of an exchange that is not to be recorded: who, when, how many bytes (in its record) and which rule.
import type { Connection, Policy } from '../../model/policy.ts';
import { TOMBSTONE_HEADER } from '../../model/session.ts';
import { UNKNOWN } from './pick-connection.ts';

/** Is what is said here kept as text? */
export const keepsText = ({
  connection,
  policy,
}: {
  readonly connection: Connection;
  readonly policy: Policy;
}): boolean => connection.isRecorded && policy.content === 'full';

/** In place of all headers where only digests and numbers are kept. */
export const METADATA_HEADERS = [[TOMBSTONE_HEADER, 'content is metadata']] as const;

export function tombstoneHeaders(connection: Connection): readonly (readonly [string, string])[] {
  return [[TOMBSTONE_HEADER, ruleOf(connection)]];
}

function ruleOf({ name, recordPlace, recordRule }: Connection): string {
  if (name === UNKNOWN) return 'no connection has this origin and path';
  const setting = recordRule ?? `connections.${name}.record is false`;
  if (recordPlace === undefined) return setting;
  const { file, line, column } = recordPlace;
  return `${setting} (${file}:${String(line)}:${String(column)})`;
}
