import { expect, test } from 'vitest';
import { checkDocument } from '../../src/config/check-document.ts';
import { readDocument } from '../../src/config/document.ts';
import { mergeLayers } from '../../src/config/merge-layers.ts';
import { configTemplate } from '../../src/config/template.ts';

const inForce = (text: string): ReturnType<typeof mergeLayers>['policy'] => {
  const document = readDocument({ file: '.aitrailrc.yaml', text, key: null });
  return mergeLayers([{ kind: 'base', document, settings: checkDocument(document) }]).policy;
};

test('one rule is active: CI configuration, from ai, block', () => {
  const { protect, ...rest } = inForce(configTemplate());
  expect(protect).toHaveLength(1);
  expect(protect[0]).toMatchObject({ from: 'ai', action: 'block' });
  expect(protect[0]?.paths).toContain('.github/workflows/**');
  expect(rest.secrets).toEqual(inForce('').secrets);
});

test('every commented line is valid too, and says the default', () => {
  const all = configTemplate().replaceAll(/^# (?=(?:secrets|notes):| )/gm, '');
  const { secrets, notes } = inForce(all);
  const standard = inForce('');
  expect(secrets.rules.map((rule) => rule.id)).toEqual(['acme-token']);
  expect({ ...secrets, rules: [], allow: [] }).toEqual({
    ...standard.secrets,
    rules: [],
    allow: [],
  });
  expect(notes).toEqual(standard.notes);
});
