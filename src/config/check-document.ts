// A document's value → a typed configuration, or one error that names the place in the file.
import type { z } from 'zod';
import { Fault } from '../model/fault.ts';
import { stringAt } from '../model/json.ts';
import { isOlder, readVersion, VERSION } from '../model/version.ts';
import type { ConfigDocument } from './document.ts';
import { CONFIGURATION, type Configuration } from './schema.ts';
import { formatPlace, invalid } from './setting-place.ts';

/** @throws Fault CONFIG_INVALID: unknown key, wrong type, unknown word, bad pattern. */
export function checkDocument(document: ConfigDocument): Configuration {
  if (document.value === null || document.value === undefined) return {}; // an empty or all-comment file
  refuseNewer(document);
  const parsed = CONFIGURATION.safeParse(document.value, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw explainIssue(document, parsed.error);
}

/** What a newer version means by a key that this one does not know is not for this one to say. */
function refuseNewer(document: ConfigDocument): void {
  const wanted = stringAt(document.value, 'minVersion');
  if (wanted === null || !VERSION.test(wanted) || !isOlder(readVersion(), wanted)) return;
  const place = formatPlace(document.placeOf(['minVersion']));
  throw new Fault(
    'VERSION_TOO_OLD',
    `${place}: minVersion: it needs aitrail ${wanted}, this is ${readVersion()}`,
  );
}

/** The first thing that is wrong, with its place; a misspelt key rather than the one that is missing for it. */
export function explainIssue(document: ConfigDocument, error: z.core.$ZodError): Error {
  const [first] = error.issues;
  const issue = error.issues.find(({ code }) => code === 'unrecognized_keys') ?? first;
  return issue === undefined
    ? invalid(document.placeOf([]), 'not a configuration')
    : explain(document, issue);
}

function explain(document: ConfigDocument, issue: z.core.$ZodIssue): Error {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    return invalid(document.placeOf([...path, key]), `unknown key ${[...path, key].join('.')}`);
  }
  const name = path.length === 0 ? 'the file' : path.join('.');
  return invalid(document.placeOf(path), `${name}: ${reason(issue)}`);
}

function reason(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `must be ${issue.values.map(String).join(' | ')}`;
  if (issue.code === 'invalid_type')
    return issue.input === undefined ? 'is missing' : `must be ${article(issue.expected)}`;
  if (issue.code === 'too_small') return 'must not be empty';
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? 'is no good name';
  return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
}

const article = (type: string): string => `${/^[aeio]/.test(type) ? 'an' : 'a'} ${type}`;
