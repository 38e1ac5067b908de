// The keys about who calls: identity providers, and pipelines that they vouch for.
import { z } from 'zod';

const LOCAL = /^http:\/\/(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?::\d+)?(?:\/|$)/;

const trusted = z
  .string()
  .refine(
    (text) => URL.canParse(text) && (text.startsWith('https://') || LOCAL.test(text)),
    'must be an https URL',
  );

const issuer = z.strictObject({
  issuer: trusted.describe('as the tokens write it in `iss`'),
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

const LIFETIME_MS_MAX = 86_400_000;

const saml = z.strictObject({
  issuer: z.string().min(1).describe('the provider’s entity ID'),
  entryPoint: trusted.describe(
    'where a browser is sent to log in: the provider’s sign-on URL for HTTP-Redirect',
  ),
  certificate: z
    .string()
    .startsWith('/', 'must be an absolute path')
    .describe('PEM; several while the provider changes its key; read anew at each login'),
  entityId: z
    .string()
    .min(1)
    .optional()
    .describe(
      'what the gateway is called at the provider, and the audience of assertions; by default the address of its metadata, `URL/-/saml/metadata`',
    ),
  attributes: z
    .strictObject({
      email: z.string().min(1).optional().describe('by default `email`, else the name ID is one'),
      name: z.string().min(1).optional().describe('by default `name`'),
      groups: z.string().min(1).optional().describe('by default `groups`'),
    })
    .optional()
    .describe('names of the attributes that say who somebody is'),
  lifetime: z
    .string()
    .regex(/^[1-9]\d{0,3}[mh]$/, 'must be minutes or hours such as 30m, 8h')
    .refine((text) => msOf(text) <= LIFETIME_MS_MAX, 'must be at most 24h')
    .optional()
    .describe('of the tokens that the gateway gives; by default `8h`'),
});

/** @param lifetime as the schema lets it be: minutes or hours. */
export const msOf = (lifetime: string): number =>
  Number.parseInt(lifetime, 10) * (lifetime.endsWith('h') ? 3_600_000 : 60_000);

export const identity = z.strictObject({
  issuers: z
    .array(issuer)
    .min(1)
    .optional()
    .describe('whose tokens say who calls, in CI and at the proxy'),
  saml: saml
    .optional()
    .describe('people log in at a SAML 2.0 provider with `aitrail login URL`; needs `gateway.url`'),
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
