// What a team's shared gateway is told: where its records lie and where it listens.
import { z } from 'zod';

/** Where a secret is; a keyring belongs to a person. */
const secret = z.union([
  z.strictObject({ env: z.string().min(1) }),
  z.strictObject({ file: z.string().startsWith('/', 'must be an absolute path') }),
  z.strictObject({ command: z.string().min(1) }),
]);

const url = z
  .string()
  .regex(
    /^postgres(?:ql)?:\/\/[^\s:@/]+@[^\s@]*\/[^\s/]+$/,
    'must be postgres://USER@HOST/DATABASE, without a password',
  );

export const store = z
  .union([
    url,
    z.strictObject({
      url: url.describe(
        'the same; `?sslmode=verify-full&sslrootcert=/FILE` checks the server’s certificate',
      ),
      password: secret
        .optional()
        .describe('of the user; without it as libpq finds it (PGPASSWORD)'),
      logKey: secret
        .optional()
        .describe(
          'the one key that signs the log of this database, the same for all gateways: `aitrail gateway --new-log-key FILE` makes one; without it the first gateway makes one in its state directory',
        ),
      objects: z
        .strictObject({
          url: z
            .string()
            .regex(
              /^https?:\/\/[^\s/?#@]+\/[^\s/?#]+(?:\/[^\s?#]*)?$/,
              'must be http(s)://HOST/BUCKET, with a prefix where more lies there',
            )
            .describe('server, bucket and prefix of keys'),
          region: z.string().min(1).optional().describe('by default `us-east-1`'),
          accessKeyId: z.string().min(1),
          secretAccessKey: secret,
        })
        .optional()
        .describe(
          'an object store (S3’s API) for pieces of 64 KiB and more; what it does not take at once stays in the database; needs the package `s3mini`',
        ),
    }),
  ])
  .describe(
    'a PostgreSQL database (15 or newer) for the recordings of a team, in place of the state directory; needs the package `pg`',
  );

export const reporting = z
  .string()
  .regex(
    /^(?:https:\/\/[^\s/?#@]+|http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?)(?:\/[^\s?#@]*)?$/,
    'must be the https URL of a gateway',
  )
  .describe(
    'the gateway that this machine reports to by itself, as whoever is logged in there (`aitrail login URL`): recordings, masked as they are here, and events go there while the daemon runs, and the gateway cosigns the log; what cannot be sent now goes later',
  );

const people = z
  .array(
    z.string().regex(/^(?:group:\S+|[^\s:@]+@[^\s:@]+)$/, 'must be a mail address or group:NAME'),
  )
  .min(1);

const absolute = z.string().startsWith('/', 'must be an absolute path');

export const gateway = z.strictObject({
  listen: z
    .string()
    .regex(/^(?:\[[0-9a-f:.]+\]|[^\s:/]+):\d{1,5}$/i, 'must be HOST:PORT')
    .optional()
    .describe('where `aitrail gateway` takes requests'),
  url: z
    .string()
    .regex(
      /^(?:https:\/\/[^\s/?#@]+|http:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?)$/,
      'must be https://HOST[:PORT]',
    )
    .optional()
    .describe('how people reach it from outside; what a SAML provider sends them back to'),
  hosts: z
    .array(z.string().regex(/^[a-z0-9.-]+$/, 'must be a host name in lower case'))
    .optional()
    .describe('names that it is asked by, besides loopback; a request for another name is refused'),
  tls: z
    .strictObject({
      certificate: absolute.describe('PEM, with what leads to the root'),
      key: absolute.describe('PEM'),
    })
    .optional()
    .describe('files that are read again when they change, and on SIGHUP; without it plain HTTP'),
  roles: z
    .strictObject({
      caller: people
        .optional()
        .describe('who may use its connections; by default every verified caller'),
      approver: people
        .optional()
        .describe(
          'who may answer what waits for approval there: `aitrail approvals --gateway`; where the rule names approvers, one must be both',
        ),
      auditor: people
        .optional()
        .describe('who may list its sessions: `aitrail sessions --gateway`'),
      admin: people
        .optional()
        .describe('who may end a session: `aitrail sessions stop ID --gateway`'),
    })
    .optional()
    .describe(
      'who may do what: mail addresses and `group:NAME`, a group of `groups` or of a token',
    ),
});
