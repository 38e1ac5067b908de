// Shops, carriers, banks and marketplaces beside those in payments.ts.
import type { SecretRule } from '../rule.ts';

export const COMMERCE_RULES: readonly SecretRule[] = [
  { id: 'stripe-client-secret', shapes: ['pi_{A24}_secret_{A25}', 'seti_{A24}_secret_{A25,32}'] },
  { id: 'paypal-access-token', shapes: ['A21AA{b80,}'] },
  { id: 'pagarme-key', shapes: ['ak_live_{A30}', 'ak_test_{A30}'] },
  {
    id: 'mercado-pago-token',
    shapes: ['APP_USR-{d16}-{d6}-{h32}-{d6,12}', 'TEST-{d16}-{d6}-{h32}-{d6,12}'],
  },
  { id: 'amazon-mws-token', shapes: ['amzn.mws.{u}'] },
  { id: 'amazon-client-secret', shapes: ['amzn1.oa2-cs.v1.{h64}'] },
  { id: 'amazon-oauth-token', shapes: ['Atza|{Z80,}', 'Atzr|{Z80,}'] },
  {
    id: 'ebay-client-secret',
    shapes: [
      'PRD-{h12}-{h4}-{h4}-{h4}-{h4}',
      'SBX-{h12}-{h4}-{h4}-{h4}-{h4}',
      'PRD-{h8}-{h4}-{h4}-{h4}-{h6,12}',
    ],
  },
  {
    id: 'ebay-client-id',
    shapes: ['{A3,20}-{b3,20}-PRD-{h8,13}-{h8,10}', '{A3,20}-{b3,20}-SBX-{h8,13}-{h8,10}'],
  },
  { id: 'rainforest-key', shapes: ['apikey_{h64}'] },
  { id: 'column-key', shapes: ['live_{A27}', 'test_{A27}'], entropy: 3.6 },
  {
    id: 'onfido-token',
    shapes: [
      'api_live.{b12,}',
      'api_live_us.{b12,}',
      'api_live_ca.{b12,}',
      'api_sandbox.{b12,}',
      'api_sandbox_us.{b12,}',
      'api_sandbox_ca.{b12,}',
    ],
  },
  { id: 'flexport-key', shapes: ['shltm_{b40}'] },
  { id: 'fleetbase-key', shapes: ['flb_live_{A20}', 'flb_test_{A20}'] },
  { id: 'tickettailor-key', shapes: ['sk_{d4}_{d6}_{h32}'] },
  { id: 'robinhood-key', shapes: ['rh-api-{u}'] },
  { id: 'baremetrics-key', shapes: ['lk_{A18,25}'], entropy: 3.4 },
  { id: 'databento-key', shapes: ['db-{A29}'], entropy: 3.8 },
  { id: 'finage-key', shapes: ['API_KEY{U32}'] },
  { id: 'zoho-token', shapes: ['1000.{h32}.{h32}', 'Zoho-enczapikey {S60,}'] },
  { id: 'close-key', shapes: ['api_{A22}.{A22}'] },
  { id: 'salesforce-token', shapes: ['00D{A12}!{t80,}', '3MVG9{Z80,}', '5Aep861{Z80,}'] },
  { id: 'highnote-key', shapes: ['sk_live_{S60,}', 'rk_live_{S60,}'] },
  { id: 'besttime-key', shapes: ['pri_{h32}'] },
];
