// Databases as a service, maps, media, devices, content.
import type { SecretRule } from '../rule.ts';

export const DATA_SERVICE_RULES: readonly SecretRule[] = [
  { id: 'tinybird-token', shapes: ['p.eyJ{b40,}.{b20,}'] },
  { id: 'materialize-password', shapes: ['mzp_{h64}'] },
  { id: 'fauna-secret', shapes: ['fnAE{b34,40}', 'fnAF{b34,40}', 'fnAC{b34,40}', 'fnAD{b34,40}'] },
  {
    id: 'gel-secret-key',
    shapes: ['nbwt1_eyJ{t60,}', 'nbwt_eyJ{t60,}', 'edbt_eyJ{t60,}', 'edbt1_eyJ{t60,}'],
  },
  {
    id: 'blockfrost-project-id',
    shapes: ['mainnet{A32}', 'preprod{A32}', 'preview{A32}', 'ipfs{A32}'],
    entropy: 4,
  },
  { id: 'quicknode-key', shapes: ['QN_{h32}'] },
  { id: 'locationiq-key', shapes: ['pk.{h32}'] },
  { id: 'ubidots-token', shapes: ['BBFF-{A30}', 'BBUS-{A30}'] },
  { id: 'adafruit-io-key', shapes: ['aio_{A28}'] },
  { id: 'ntfy-token', shapes: ['tk_{a29}'] },
  { id: 'smtp2go-key', shapes: ['api-{A32}'] },
  {
    id: 'dingtalk-secret',
    shapes: ['oapi.dingtalk.com/robot/send?access_token={h64}', 'SEC{h64}'],
  },
  {
    id: 'lark-webhook',
    shapes: [
      'open.feishu.cn/open-apis/bot/v2/hook/{u}',
      'open.larksuite.com/open-apis/bot/v2/hook/{u}',
    ],
  },
  { id: 'wecom-webhook', shapes: ['qyapi.weixin.qq.com/cgi-bin/webhook/send?key={u}'] },
  { id: 'ifttt-webhook', shapes: ['/with/key/{b20,}'], lead: 10 },
  { id: 'tines-webhook', shapes: ['.tines.com/webhook/{a32}/{a32}'] },
  { id: 'pipedream-webhook', shapes: ['.m.pipedream.net/{h32}'] },
  {
    id: 'sas-signature',
    shapes: ['&sig={A20,}%2{A6,}%3D', '?sig={A20,}%2{A6,}%3D', '&sig={b43}'],
    lead: 5,
  },
  { id: 'extended-private-key', shapes: ['xprv{A107}', 'yprv{A107}', 'zprv{A107}', 'tprv{A107}'] },
  { id: 'nostr-secret-key', shapes: ['nsec1{a58}'] },
  {
    id: 'cardano-signing-key',
    shapes: ['ed25519_sk1{a58}', 'addr_xsk1{a100,}', 'root_xsk1{a100,}', 'acct_xsk1{a100,}'],
  },
  { id: 'tezos-secret-key', shapes: ['edsk{A50}', 'edsk{A94}', 'edesk{A80,90}'] },
  { id: 'lnd-macaroon', shapes: ['0201036c6e64{x100,}'] },
];
