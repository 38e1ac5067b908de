// The keys of a configuration file. A key stands here only when the program honours it: everything else is an error
// with file, line and column. docs/configuration.md is generated from the descriptions.
import { z } from 'zod';
import { protect, push, rule } from './schema-rules.ts';
import { REQUIREMENTS } from '../model/verification.ts';
import { VERSION } from '../model/version.ts';
import { identity, onlyFor, pipelines } from './identity-schema.ts';
import { signing } from './signing-schema.ts';
import { gateway, reporting, store } from './team-schema.ts';
import { credential, telemetry } from './telemetry-schema.ts';
import { upstream } from './upstream-schema.ts';

const action = z.enum(['block', 'mask', 'warn', 'off']);
const patterns = z.array(z.string().min(1)).min(1);

/** Seconds, minutes, hours or days: `90s`, `1h`. */
const duration = z
  .string()
  .regex(/^[1-9]\d{0,5}[smhd]$/, 'must be a time such as 90s, 10m, 1h, 7d');

const connection = z
  .strictObject({
    protocol: z
      .enum(['anthropic-messages', 'openai', 'gemini', 'http', 'git'])
      .describe(
        'what the provider speaks; `openai` is Responses and Chat Completions, by path; `git` is a git server over HTTP, pushes to which are judged by the rules of their repository',
      ),
    upstream: upstream.describe('origin of the provider, with a path prefix where it has one'),
    credential: credential
      .optional()
      .describe('the real key, which agents never see: they get the session token as theirs'),
    record: z
      .boolean()
      .optional()
      .describe('`false`: requests pass and leave only who, when and how many bytes'),
    require: z
      .array(z.enum(REQUIREMENTS))
      .min(1)
      .optional()
      .describe('with `git`: what `aitrail verify --require` must find in each commit of a push'),
    groups: onlyFor.describe('who may use it: verified members of one of these, nobody else'),
  })
  .refine(({ protocol, require }) => require === undefined || protocol === 'git', {
    path: ['require'],
    message: 'is for protocol: git',
  });

const secrets = z.strictObject({
  onResponse: action
    .optional()
    .describe('secrets in what the model writes, before the agent sees them'),
  onRequest: action
    .optional()
    .describe(
      'secrets in what the agent sends to the model; `mask`: the model gets placeholders, and what it writes with one of them reaches the agent with the value in its place',
    ),
  onCommit: z
    .strictObject({
      ai: z
        .enum(['block', 'mask', 'warn'])
        .optional()
        .describe('in lines that a model wrote; without the vault `mask` blocks'),
      other: z
        .enum(['block', 'mask', 'warn'])
        .optional()
        .describe('in all other added lines; the same'),
    })
    .optional(),
  onPush: z.enum(['block', 'warn']).optional().describe('secrets in outgoing commits'),
  toolArguments: z
    .enum(['all', 'written', 'record-only'])
    .optional()
    .describe('which arguments of tool calls are masked towards the agent'),
  allow: patterns.optional().describe('paths that are not scanned at commit and push'),
  rules: z
    .array(
      z.strictObject({
        id: z
          .string()
          .regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes only')
          .describe('its name, in findings and placeholders'),
        pattern: z.string().min(1).describe('RE2 syntax; the first group, if any, is the secret'),
        keywords: z
          .array(z.string().min(1))
          .optional()
          .describe('only lines that hold one of these are looked at'),
      }),
    )
    .optional()
    .describe('secrets of your own'),
  explain: z
    .boolean()
    .optional()
    .describe(
      'a model that meets a placeholder is told once what it is: a sentence behind a text of the request, which the record shows',
    ),
  vault: z
    .boolean()
    .optional()
    .describe(
      'off unless asked for: keep masked values, encrypted, their key elsewhere, for `aitrail reveal`; without it `mask` at commit blocks',
    ),
});

const notify = z.strictObject({
  on: z
    .array(z.enum(['approval', 'block', 'gap']))
    .min(1)
    .describe('a request for approval, something that was stopped, something that is not recorded'),
  url: z
    .string()
    .refine(
      (text) => /^https?:\/\/[^\s/?#@]+/.test(text) && URL.canParse(text),
      'must be an http or https URL without user',
    )
    .describe('gets a POST for each'),
  secret: credential.describe(
    'signs them, as Standard Webhooks says; `keyring`: `aitrail credentials set notify:HOST`',
  ),
});

export const CONFIGURATION = z.strictObject({
  minVersion: z
    .string()
    .regex(VERSION, 'must be a version such as 1.2.0')
    .optional()
    .describe(
      'the oldest aitrail that may read the file: an older one says so instead of guessing',
    ),
  connections: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes only'),
      connection,
    )
    .optional()
    .describe('providers by name: the name is a part of the base URL'),
  secrets: secrets.optional(),
  protect: z.array(protect).optional().describe('files that need a person'),
  rules: z.array(rule).optional().describe('what is stopped on its way, or told of'),
  push: z.array(push).optional().describe('branches that are pushed to only by leave'),
  groups: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes only'),
      z.array(z.string().regex(/^[^\s,:]+$/, 'must be a mail address')),
    )
    .optional()
    .describe('people by name, for `approvers`; counts as it stands in the base revision'),
  approvals: z
    .strictObject({
      hold: z
        .union([z.literal(0), duration])
        .optional()
        .describe(
          'how long a call or request is held for somebody to approve it, if its client waits as long; `0`, and in CI: refused at once, and the same passes once it is approved',
        ),
      expire: duration.optional().describe('how long a request stays open, and its approval holds'),
    })
    .optional(),
  mode: z
    .enum(['enforce', 'observe'])
    .optional()
    .describe('`observe`: block, hold and change nothing, say and record what would have been'),
  ...signing,
  notes: z
    .strictObject({
      push: z.boolean().optional().describe('send the notes with the branch'),
      gitAi: z
        .boolean()
        .optional()
        .describe('also write `refs/notes/ai`, unsigned, for tools of the Git AI standard'),
    })
    .optional(),
  identity: identity.optional(),
  pipelines: pipelines
    .optional()
    .describe('which pipelines are recorded: the first that fits counts'),
  content: z
    .enum(['full', 'metadata'])
    .optional()
    .describe(
      '`metadata`: no text is kept, only digests, counts and keyed numbers of words; lines are attributed all the same; a repository can ask for it in its base revision',
    ),
  scope: z
    .strictObject({
      remotes: patterns.describe('such as `github.com/acme/*`; `**` reaches over several steps'),
    })
    .optional()
    .describe(
      'worktrees that are recorded; of others nothing is; only in your own or the organisation’s file',
    ),
  accessLog: z
    .boolean()
    .optional()
    .describe(
      '`false`: the log does not say who looked at recordings; only in your own or the organisation’s file',
    ),
  retention: z
    .string()
    .regex(/^[1-9]\d{0,4}[dw]$/, 'must be days or weeks such as 90d')
    .optional()
    .describe(
      'how long recordings are kept; older ones go by themselves, the log keeps their digests; a repository can only make it shorter, as it stands in the base revision',
    ),
  summary: z
    .boolean()
    .optional()
    .describe(
      'one line after a commit with lines of an AI: their share, sessions, signer; `AITRAIL_QUIET=1` silences it too',
    ),
  notify: z.array(notify).optional().describe('webhooks: what happened and where, never content'),
  telemetry: telemetry.optional(),
  store: store.optional(),
  gateway: gateway.optional(),
  reporting: reporting.optional(),
  onStoreError: z
    .enum(['refuse', 'forward'])
    .optional()
    .describe('what happens to a request that cannot be recorded'),
});

export type Configuration = z.infer<typeof CONFIGURATION>;
