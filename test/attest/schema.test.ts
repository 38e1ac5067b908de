// docs/attestation.schema.json and the reader name the same members.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openSigned } from '../../src/attest/open-signed.ts';
import { approveFile, lineFor, makeSigner } from './approve-kit.ts';
import { attest, makeIdentity, noteOf } from './attest-kit.ts';
import { openLab } from './lab.ts';

/** Paths of all members, lists as their first item. */
function membersOf(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : membersOf(value[0], path);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    `${path}/${key}`,
    ...membersOf(inner, `${path}/${key}`),
  ]);
}

/** The same of a schema: through `properties`, `items` and `anyOf`. */
function schemaMembers(schema: unknown, path = ''): readonly string[] {
  const { properties, items, anyOf } = Object(schema);
  const own = Object.entries(Object(properties)).flatMap(([key, inner]) => [
    `${path}/${key}`,
    ...schemaMembers(inner, `${path}/${key}`),
  ]);
  const inner = [items, ...(Array.isArray(anyOf) ? anyOf : [])].filter(Boolean);
  return [...own, ...inner.flatMap((each) => schemaMembers(each, path))];
}

test('every member that a statement has is specified, and every one specified is written', async () => {
  const lab = openLab();
  const own = await makeIdentity(lab);
  const bob = await makeSigner('bob');
  lab.commit(
    '.aitrail/allowed_signers',
    `alice@example.com ${own}\n${lineFor('bob@example.com', bob)}`,
  );
  lab.commit('.aitrailrc.yaml', 'protect: [{ paths: [b], action: approve }]\n');
  const old = lab.commit('a', 'ai: a\n');
  await approveFile(lab, bob, { path: 'b', text: 'ai: b\n' });
  const next = lab.commit('b', 'ai: b\n');
  await attest(lab, [old]);
  await attest(lab, [next], { rewrittenFrom: new Map([[next, [old]]]) });
  const opened = openSigned(noteOf(lab, next)[0] ?? '');
  const statement = opened.kind === 'signed' ? opened.statement : null;
  const schema: unknown = JSON.parse(readFileSync('docs/attestation.schema.json', 'utf8'));
  const written = membersOf(statement);
  expect(written.length).toBeGreaterThan(40);
  expect(schemaMembers(schema).toSorted()).toEqual(written.toSorted());
});
