// A policy for tests: the defaults with other secrets settings.
import { DEFAULT_SECRETS } from '../../src/config/defaults.ts';
import { PUBLIC_SIGSTORE } from '../../src/model/signing.ts';
import type { Policy, SecretsPolicy } from '../../src/model/policy.ts';

export const policyWith = (secrets: Partial<SecretsPolicy>): Policy => ({
  connections: {},
  secrets: {
    ...DEFAULT_SECRETS,
    ...secrets,
  },
  protect: [],
  rules: [],
  httpMasks: [],
  push: [],
  groups: {},
  approvals: { holdMs: 120_000, expireMs: 3_600_000 },
  mode: 'enforce',
  content: 'full',
  scope: null,
  isAccessLogged: true,
  retentionDays: 90,
  signing: 'auto',
  sigstore: PUBLIC_SIGSTORE,
  requiresTouch: false,
  notes: { push: true, gitAi: true },
  summary: true,
  onStoreError: 'refuse',
  identity: { issuers: [] },
  pipelines: [],
  notify: [],
  telemetry: null,
  digest: '',
  files: [],
});
