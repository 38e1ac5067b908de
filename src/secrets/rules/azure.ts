// Azure's identifiable keys: a signature of four characters stands before a checksum at the end of random base64.
import type { SecretRule } from '../rule.ts';

export const AZURE_RULES: readonly SecretRule[] = [
  { id: 'azure-batch-key', shapes: ['{B76}+ABa{B6}=='] },
  { id: 'azure-event-hub-key', shapes: ['{B33}+AEh{B6}='] },
  { id: 'azure-service-bus-key', shapes: ['{B33}+ASb{B6}='] },
  { id: 'azure-relay-key', shapes: ['{B33}+ARm{B6}='] },
  { id: 'azure-iot-key', shapes: ['{B33}AIoT{B6}='] },
  { id: 'azure-redis-key', shapes: ['{B33}AzCa{B6}='] },
  { id: 'azure-container-registry-key', shapes: ['{B42}+ACR{A6}'] },
  { id: 'azure-api-management-key', shapes: ['git&{d12}&{B86}=='], lead: 17 },
  { id: 'azure-refresh-token', shapes: ['1.A{b50,}.Ag{b200,}', '0.A{b50,}.Ag{b200,}'] },
];
