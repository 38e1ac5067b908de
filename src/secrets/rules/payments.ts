// Payments, commerce and banking.
import type { SecretRule } from '../rule.ts';

export const PAYMENT_RULES: readonly SecretRule[] = [
  {
    id: 'stripe-secret-key',
    shapes: [
      'sk_live_{A10,}',
      'sk_test_{A16,}',
      'sk_prod_{A16,}',
      'rk_live_{A10,}',
      'rk_test_{A16,}',
      'rk_prod_{A10,}',
      'sk_org_live_{A16,}',
      'ssk_live_{b16,}',
    ],
  },
  { id: 'webhook-signing-secret', shapes: ['whsec_{S24,}', 'whsk_{A24,}'] },
  {
    id: 'square-token',
    shapes: [
      'EAAA{b60}',
      'EAAA{b22,40}',
      'sq0atp-{b22,}',
      'sq0isp-{b22,}',
      'sq0idb-{b22,}',
      'sq0csp-{b43}',
      'sqOatp-{b22}',
    ],
  },
  {
    id: 'braintree-access-token',
    shapes: ['access_token$production${a16}${h32}', 'access_token$sandbox${a16}${h32}'],
  },
  {
    id: 'shopify-token',
    shapes: [
      'shpat_{x32}',
      'shpca_{x32}',
      'shppa_{x32}',
      'shpss_{x32}',
      'shprt_{x32}',
      'shpua_{x32}',
      'shptka_{x32}',
      'shpit_{x32}',
    ],
  },
  { id: 'razorpay-key', shapes: ['rzp_live_{A14,}', 'rzp_test_{A14,}'] },
  {
    id: 'flutterwave-secret-key',
    shapes: [
      'FLWSECK_TEST-{a32}-X',
      'FLWPUBK_TEST-{a32}-X',
      'FLWSECK-{a32,}-X',
      'FLWSECK_TEST-{A12,}',
      'FLWSECK_TEST{h12}',
      'FLWSECK-{A20,40}',
    ],
  },
  {
    id: 'plaid-access-token',
    shapes: ['access-sandbox-{u}', 'access-development-{u}', 'access-production-{u}'],
  },
  { id: 'adyen-api-key', shapes: ['AQE{S80,}'], entropy: 4 },
  { id: 'mollie-api-key', shapes: ['live_{A30}', 'test_{A30}', 'access_{A30,}'], entropy: 3.6 },
  { id: 'gocardless-token', shapes: ['live_{b40}', 'sandbox_{b40}'], entropy: 3.9 },
  { id: 'lob-api-key', shapes: ['live_{h35}', 'test_{h35}', 'live_pub_{h31}', 'test_pub_{h31}'] },
  { id: 'duffel-token', shapes: ['duffel_live_{b43}', 'duffel_test_{b43}'] },
  { id: 'easypost-key', shapes: ['EZAK{A54}', 'EZTK{A54}'] },
  {
    id: 'midtrans-key',
    shapes: ['Mid-server-{b16,}', 'Mid-client-{b16,}', 'SB-Mid-server-{b16,}'],
  },
  { id: 'asaas-token', shapes: ['$aact_prod_{Z20,}', '$aact_hmlg_{Z20,}', '$aact_{Z40,}'] },
  { id: 'xendit-key', shapes: ['xnd_production_{A40,}', 'xnd_development_{A40,}'] },
  {
    id: 'paddle-key',
    shapes: [
      'pdl_live_apikey_{a26}_{A22}_{A3}',
      'pdl_sdbx_apikey_{a26}_{A22}_{A3}',
      'pdl_ntfset_{a26}_{b32}',
    ],
  },
  {
    id: 'polar-token',
    shapes: ['polar_oat_{b20,}', 'polar_pat_{b20,}', 'polar_at_{b20,}', 'polar_whs_{b20,}'],
  },
  { id: 'coinbase-key', shapes: ['organizations/{u}/apiKeys/{u}'] },
  { id: 'checkout-com-key', shapes: ['sk_sbox_{a26,}', 'sk_{a26}{l1}'] },
  { id: 'shippo-token', shapes: ['shippo_live_{h40}', 'shippo_test_{h40}'] },
  { id: 'persona-api-key', shapes: ['persona_production_{b16,}', 'persona_sandbox_{b16,}'] },
  {
    id: 'mercury-token',
    shapes: ['mercury_production_{A3,8}_{w30,}', 'bxt_{A40,}'],
  },
  { id: 'chargebee-key', shapes: ['live_{A32,36}', 'test_{A32,36}'], entropy: 3.8 },
  { id: 'creem-api-key', shapes: ['creem_{A20,}'] },
  { id: 'medusa-secret-key', shapes: ['sk_{h64}'] },
  { id: 'vtex-app-key', shapes: ['vtexappkey-{a4,}-{U6}'] },
  { id: 'woocommerce-key', shapes: ['ck_{h40}', 'cs_{h40}'] },
];
