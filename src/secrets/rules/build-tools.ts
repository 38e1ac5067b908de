// What builds, tests, ships and measures code: registries, CI, localisation, monitoring.
import type { SecretRule } from '../rule.ts';

export const BUILD_TOOL_RULES: readonly SecretRule[] = [
  // .coveralls.yml
  { id: 'coveralls-repo-token', shapes: ['repo_token: {A32,36}'], lead: 12 },
  { id: 'deepsource-token', shapes: ['dsp_{h40}'] },
  { id: 'mergify-key', shapes: ['mergify_application_key_{A30,}'] },
  { id: 'gitpod-token', shapes: ['gitpod_pat_{b40,}'] },
  { id: 'codesandbox-token', shapes: ['csb_v1_{b30,}'] },
  { id: 'plane-api-key', shapes: ['plane_api_{h32}'] },
  { id: 'jitpack-token', shapes: ['jp_{a24,28}'], entropy: 3.4 },
  { id: 'openshift-token', shapes: ['sha256~{b43}'] },
  {
    id: 'rancher-token',
    shapes: ['token-{a5}:{a54}', 'kubeconfig-u-{a10}:{a54}', 'kubeconfig-user-{a5,16}:{a54}'],
  },
  { id: 'portainer-token', shapes: ['ptr_{S20,60}'] },
  { id: 'bitbucket-data-center-token', shapes: ['BBDC-{B40,50}'] },
  { id: 'stackhawk-api-key', shapes: ['hawk.{b20}.{b20}'] },
  { id: 'socket-api-key', shapes: ['sktsec_{b40,}'] },
  { id: 'endor-labs-key', shapes: ['endr+{b16,}'] },
  {
    id: 'aikido-secret',
    shapes: ['AIK_CI_{A20,}', 'AIK_CLIENT_{A20,}', 'AIK_SECRET_{A20,}', 'AIK_RUNTIME_{w20,}'],
  },
  { id: 'trufflehog-secret', shapes: ['thog-secret-{h32}', 'thog-key-{h16}'], entropy: 2.6 },
  { id: 'nightfall-key', shapes: ['NF-{A32}'] },
  {
    id: 'new-relic-app-token',
    shapes: ['AA{h40}-NRMA', 'eu01xx{h36}-NRMA', 'eu01xx{h26}FFFFNRAL', '{h32}FFFFNRAL'],
  },
  { id: 'honeybadger-key', shapes: ['hbp_{A32,40}'] },
  { id: 'coralogix-key', shapes: ['cxtp_{A30}', 'cxup_{A30}'] },
  { id: 'uptimerobot-key', shapes: ['ur{d6,8}-{h24}', 'm{d8,10}-{h24}'] },
  { id: 'healthchecks-key', shapes: ['hcw_{A28}', 'hcr_{A28}', 'hcp_{A28}'] },
  { id: 'firehydrant-key', shapes: ['fhb-{h32}'] },
  { id: 'flagsmith-key', shapes: ['ser.{A22}'] },
  {
    id: 'growthbook-key',
    shapes: ['secret_user_{A30,}', 'secret_admin_{A30,}', 'secret_readonly_{A30,}'],
  },
  {
    id: 'unleash-token',
    shapes: ['{t1,40}:development.{h56,64}', '{t1,40}:production.{h56,64}', '*:*.{h56,64}'],
  },
  { id: 'fullstory-key', shapes: ['na1.{B100}', 'eu1.{B100}'] },
  { id: 'bannerbear-key', shapes: ['bb_pr_{h30}', 'bb_ma_{h30}'] },
  { id: 'storyblok-token', shapes: ['{A22}tt-{d6}-{b20}'] },
  { id: 'imagekit-key', shapes: ['private_{S28,}='] },
  { id: 'retool-token', shapes: ['retool_{a20,}'] },
  { id: 'airtable-oauth-token', shapes: ['oaa{A14}.v1.{b8,}.{h64}'] },
  { id: 'teamwork-token', shapes: ['tkn.v1_{S60,}'] },
];
