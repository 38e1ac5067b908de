// Sign-in services, secret stores, signing keys and tokens of standards.
import type { SecretRule } from '../rule.ts';

export const IDENTITY_RULES: readonly SecretRule[] = [
  {
    id: 'authress-key',
    shapes: [
      'authress_{a5,30}.{a4,6}.acc{b10,34}.{Z30,}',
      'scauth_{a5,30}.{a4,6}.acc{b10,34}.{Z30,}',
      'sc_{a5,30}.{a4,6}.acc{b10,34}.{Z30,}',
      'ext_{a5,30}.{a4,6}.acc{b10,34}.{Z30,}',
    ],
  },
  {
    id: 'ory-token',
    shapes: [
      'ory_st_{A32}',
      'ory_pat_{A32}',
      'ory_at_{t40,}',
      'ory_rt_{t40,}',
      'ory_ac_{t40,}',
      'ory_wak_{A32}',
    ],
  },
  {
    id: 'paseto',
    shapes: [
      'v1.local.{b60,}',
      'v2.local.{b60,}',
      'v3.local.{b60,}',
      'v4.local.{b60,}',
      'v2.public.{b80,}',
      'v3.public.{b80,}',
      'v4.public.{b80,}',
    ],
  },
  { id: 'django-secret-key', shapes: ['django-insecure-{P40,}'] },
  { id: 'laravel-app-key', shapes: ['base64:{B43}='] },
  { id: 'minisign-secret-key', shapes: ['RWRTY0Iy{B60,}'] },
  { id: 'edgegrid-client-token', shapes: ['akab-{b16}-{b16}'] },
  { id: 'cloudflare-tunnel-token', shapes: ['eyJhIjoi{S120,}'] },
  { id: 'gov-notify-key', shapes: ['gcntfy-{b3,60}-{u}-{u}'] },
  { id: 'roblox-cookie', shapes: ['-and-to-steal-your-ROBUX-and-items.|_{H80,}'], lead: 37 },
  { id: 'riot-api-key', shapes: ['RGAPI-{u}'] },
  { id: 'lichess-token', shapes: ['lip_{A16,24}'], entropy: 3 },
  { id: 'proof-api-key', shapes: ['prf_cli_{A20,}', 'prf_{A24,}'] },
  { id: 'aspnet-auth-cookie', shapes: ['.ASPXAUTH={H80,}'], lead: 10 },
];
