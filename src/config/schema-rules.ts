// The keys of rules: files, branches, and what passes between agents and models.
import { z } from 'zod';
import { onlyFor } from './identity-schema.ts';

const patterns = z.array(z.string().min(1)).min(1);

const approvers = z
  .array(
    z
      .string()
      .regex(/^(?:group:[a-z0-9][a-z0-9-]*|[^\s,:]+)$/, 'must be a mail address or group:NAME'),
  )
  .min(1)
  .optional()
  .describe('with `approve`: mail addresses and `group:NAME`; without: any listed signer');

const from = z.enum(['ai', 'any']).optional().describe('whose changes: what a model wrote, or all');

const onlyWithApprove = [
  (one: { readonly action: string; readonly approvers?: unknown }): boolean =>
    one.approvers === undefined || one.action === 'approve',
  'approvers are for action: approve',
] as const;

export const protect = z
  .strictObject({
    paths: patterns.describe('gitignore patterns'),
    groups: onlyFor.describe('whom it holds for; who is not verified is taken for a member'),
    from,
    action: z
      .enum(['block', 'approve', 'warn'])
      .describe('refuse the commit, refuse it until somebody approves, or say it and go on'),
    approvers,
  })
  .refine(...onlyWithApprove);

export const push = z
  .strictObject({
    branches: z
      .array(z.string().min(1))
      .min(1)
      .describe('names of branches; `*` within a segment, `**` across'),
    from,
    action: z
      .enum(['block', 'approve', 'warn'])
      .describe('refuse the push, refuse it until somebody approves, or say it and go on'),
    approvers,
  })
  .refine(...onlyWithApprove);

const JSON_PATH =
  /^\$(?:\.{1,2}(?:\*|[^.[\]*'"\s]+)|(?:\.\.)?\[(?:\*|\d+|'[^'\\]*'|"[^"\\]*")\])+$/;

export const rule = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes only')
      .describe('how messages and records call it'),
    on: z
      .enum(['tool-call', 'prompt', 'text', 'http'])
      .describe(
        "what it looks at: the arguments of tool calls, the newest turn towards the model, the model's words, or requests through `http` connections",
      ),
    match: z.string().min(1).optional().describe('RE2 syntax, found anywhere in it'),
    method: z
      .string()
      .regex(/^[A-Z]+$/, 'upper-case letters only')
      .optional()
      .describe('of requests, with `on: http`'),
    path: z
      .string()
      .startsWith('/', 'must start with a slash')
      .optional()
      .describe(
        'of requests without the query, with `on: http`; `*` within a segment, `**` across',
      ),
    mask: z
      .array(z.string().regex(JSON_PATH, 'must be a JSONPath of names, indexes, `*` and `..`'))
      .min(1)
      .optional()
      .describe(
        'with `action: mask`: which values of JSON bodies, as JSONPath (RFC 9535: `$`, names, indexes, `*`, `..`); strings and numbers there, and in what stands there, become placeholders. A body that is no JSON is stopped',
      ),
    side: z
      .enum(['request', 'reply'])
      .optional()
      .describe('with `action: mask`: bodies of requests or of replies only'),
    groups: onlyFor.describe('whom it holds for; who is not verified is taken for a member'),
    action: z
      .enum(['block', 'approve', 'mask', 'warn'])
      .describe(
        'answer in its place, hold it for somebody to approve, mask values in it (with `on: http`), or say it and go on',
      ),
    approvers,
  })
  .refine(...onlyWithApprove)
  .refine(
    (one) => (one.action === 'mask') === (one.mask !== undefined),
    'mask and action: mask go together',
  )
  .refine(
    (one) => one.action !== 'mask' || (one.on === 'http' && one.match === undefined),
    'action: mask is for on: http, without match',
  )
  .refine(
    (one) => one.action !== 'mask' || one.groups === undefined,
    'action: mask holds for everybody: it takes no groups',
  )
  .refine((one) => one.side === undefined || one.action === 'mask', 'side is for action: mask')
  .refine((one) => one.on === 'http' || one.match !== undefined, 'needs match')
  .refine(
    (one) => one.on === 'http' || (one.method === undefined && one.path === undefined),
    'method and path are for on: http',
  )
  .refine(
    (one) =>
      one.on !== 'http' ||
      [one.match, one.method, one.path, one.mask].some((word) => word !== undefined),
    'needs match, method or path',
  );
