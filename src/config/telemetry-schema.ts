// What a receiver of telemetry is told, and where the values are that it asks for.
import { z } from 'zod';
import { OTLP_SIGNALS } from '../model/policy.ts';
import { upstream } from './upstream-schema.ts';

export const credential = z.union([
  z.literal('keyring'),
  z.strictObject({ env: z.string().min(1) }),
  z.strictObject({ file: z.string().startsWith('/', 'must be an absolute path') }),
  z.strictObject({ command: z.string().min(1) }),
]);

export const telemetry = z.strictObject({
  otlp: z.strictObject({
    endpoint: upstream.describe(
      'receiver of telemetry (OTLP, JSON over HTTP; `/v1/metrics` and so on is added): numbers of exchanges, tokens, masks, blocks, holds and denials, and how long things took, once a minute; without it nothing is sent; read when the daemon starts',
    ),
    signals: z
      .array(z.enum(OTLP_SIGNALS))
      .min(1)
      .optional()
      .describe(
        'what it is told; by default `[metrics]`. `traces`: each exchange as a span of its session, with ids, connection, model, tokens, status; `logs`: the lines of the daemon’s or gateway’s log, masked',
      ),
    headers: z
      .record(
        z.string().regex(/^[a-z0-9-]+$/, 'lower-case letters, digits and dashes only'),
        credential,
      )
      .optional()
      .describe(
        'where the values are that a receiver asks for; `keyring`: `aitrail credentials set telemetry:HEADER`',
      ),
  }),
});
