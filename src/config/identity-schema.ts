// The keys about who calls: identity providers, and pipelines that they vouch for.
import { z } from 'zod';

const LOCAL = /^http:\/\/(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?::\d+)?(?:\/|$)/;

const issuer = z.strictObject({
  issuer: z
    .string()
    .refine(
      (text) => URL.canParse(text) && (text.startsWith('https://') || LOCAL.test(text)),
      'must be an https URL',
    )
    .describe('as the tokens write it in `iss`'),
  audience: z.string().min(1).describe('as the tokens must write it in `aud`'),
  groupsClaim: z.string().min(1).optional().describe('the claim that lists groups'),
  jwks: z
    .string()
    .startsWith('/', 'must be an absolute path')
    .optional()
    .describe('a file with its keys, in place of asking the issuer for them'),
  token: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a variable')
    .optional()
    .describe(
      'the variable that holds a job’s token; by default `AITRAIL_ID_TOKEN`, or what GitHub Actions and CircleCI offer',
    ),
  login: z
    .strictObject({
      scopes: z
        .array(z.string().regex(/^[!#-[\]-~]+$/, 'must be one scope'))
        .min(1)
        .optional()
        .describe('what is asked for; by default `openid profile email offline_access`'),
    })
    .optional()
    .describe(
      'people get their tokens here with `aitrail login URL`: a public client, whose id is the audience, with PKCE',
    ),
});

export const identity = z.strictObject({
  issuers: z
    .array(issuer)
    .min(1)
    .optional()
    .describe('whose tokens say who calls, in CI and at the proxy'),
});

export const pipelines = z.array(
  z.strictObject({
    claims: z
      .record(z.string().min(1), z.string())
      .refine((claims) => Object.keys(claims).length > 0, 'must name a claim')
      .describe('all of them, word for word, in a verified token'),
    record: z.boolean().describe('`false`: its requests leave only who, when and how many bytes'),
  }),
);

export const onlyFor = z.array(z.string().min(1)).min(1).optional();
