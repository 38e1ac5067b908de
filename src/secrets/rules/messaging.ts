// Chat, mail, telephony, social networks.
import type { SecretRule } from '../rule.ts';

export const MESSAGING_RULES: readonly SecretRule[] = [
  {
    id: 'slack-token',
    shapes: [
      'xoxb-{d10,13}-{b20,}',
      'xoxb-{b30,}',
      'xoxp-{d10,13}-{b20,}',
      'xoxe.xoxb-{d1}-{b100,}',
      'xoxe.xoxp-{d1}-{b100,}',
      'xoxe-{d1}-{b100,}',
      'xoxa-{b20,}',
      'xoxr-{b20,}',
      'xoxs-{b20,}',
      'xoxo-{b20,}',
      'xoxc-{b30,}',
      'xoxd-{Z50,}',
      'xapp-{d1}-{U8,}-{d8,}-{a32,}',
      'xwfp-{b30,}',
    ],
  },
  {
    id: 'slack-webhook',
    shapes: [
      'hooks.slack.com/services/T{U7,}/B{U7,}/{A20,}',
      'hooks.slack.com/workflows/T{U7,}/A{U7,}/{d15,}/{A20,}',
      'hooks.slack.com/triggers/{A8,}/{d10,}/{h32}',
    ],
  },
  {
    id: 'discord-webhook',
    shapes: [
      'discord.com/api/webhooks/{d17,20}/{b60,80}',
      'discordapp.com/api/webhooks/{d17,20}/{b60,80}',
    ],
  },
  {
    id: 'discord-bot-token',
    shapes: [
      'MT{b22,26}.{b6}.{b27,40}',
      'NT{b22,26}.{b6}.{b27,40}',
      'OT{b22,26}.{b6}.{b27,40}',
      'Nz{b22,26}.{b6}.{b27,40}',
      'OD{b22,26}.{b6}.{b27,40}',
      'mfa.{b80,}',
    ],
  },
  { id: 'telegram-bot-token', shapes: ['{d8,10}:AA{b33}'] },
  {
    id: 'teams-webhook',
    shapes: [
      'webhook.office.com/webhookb2/{u}@{u}/IncomingWebhook/{a32}/{u}',
      'webhook.office.com/webhookb2/{u}@{u}/IncomingWebhook/{a32}/{u}/{b40,}',
    ],
  },
  {
    id: 'google-chat-webhook',
    shapes: ['chat.googleapis.com/v1/spaces/{b6,}/messages?key={b30,}&token={Z30,}'],
  },
  {
    id: 'automation-webhook',
    shapes: [
      'hooks.zapier.com/hooks/catch/{d5,}/{a5,}',
      'hook.eu1.make.com/{a30,}',
      'hook.us1.make.com/{a30,}',
      'hook.eu2.make.com/{a30,}',
    ],
  },
  { id: 'twilio-key', shapes: ['SK{h32}'] },
  { id: 'sendgrid-key', shapes: ['SG.{b22}.{b43}', 'SG.{b16,24}.{b36,50}'] },
  { id: 'mailgun-key', shapes: ['key-{h32}', '{h32}-{h8}-{h8}', 'pubkey-{h32}'] },
  { id: 'mailchimp-key', shapes: ['{h32}-us{d1,2}', 'md-{b22}'] },
  { id: 'brevo-key', shapes: ['xkeysib-{h64}-{A16}', 'xsmtpsib-{h64}-{A16}'] },
  { id: 'resend-key', shapes: ['re_{A8}_{A24}', 're_{A6,10}_{A20,32}'] },
  { id: 'mailersend-token', shapes: ['mlsn.{h64}'] },
  { id: 'klaviyo-key', shapes: ['pk_{h34}', 'pk_{A6}_{h34}'] },
  { id: 'onesignal-key', shapes: ['os_v2_app_{a60,}', 'os_v2_org_{a60,}'] },
  { id: 'pushbullet-token', shapes: ['o.{A32}'] },
  { id: 'pubnub-secret', shapes: ['sec-c-{S48}'] },
  { id: 'courier-key', shapes: ['pk_prod_{U28}', 'pk_test_{U28}'] },
  { id: 'messagebird-key', shapes: ['AccessKey {A25}'], lead: 10 },
  { id: 'telnyx-key', shapes: ['KEY0{H30}_{A22}', 'KEY{H32}_{A22}'] },
  {
    id: 'facebook-token',
    shapes: [
      'EAAC{A60,}',
      'EAAG{A60,}',
      'EAAM{A60,}',
      'EAA{A90,}',
      '{d15,16}|{b27}',
      '{d15,16}%7C{b27}',
    ],
  },
  { id: 'instagram-token', shapes: ['IGQ{b60,}', 'THQW{b60,}'] },
  {
    id: 'twitter-bearer-token',
    shapes: ['AAAAAAAAAAAAAAAAAAAAA{Z70,}', 'AAAAAAAAAAAAAAAAAAAAA{A10,}%2{A30,}%3{A30,}'],
  },
  { id: 'twitch-token', shapes: ['oauth:{a30}'], lead: 6 },
  { id: 'linkedin-secret', shapes: ['WPL_AP{d1}.{A16}.{B6}==', 'WPL_AP{d1}.{A16}.{A6,}'] },
  { id: 'pinterest-token', shapes: ['pina_{b40,}', 'pinr_{b40,}', 'pinc_{b40,}'] },
  { id: 'tiktok-token', shapes: ['act.{A40,}!{A4,}', 'clt.{A40,}', 'rft.{A40,}'] },
  { id: 'matrix-token', shapes: ['syt_{b2,60}_{A20}_{A6}', 'mat_{A30}_{A6}', 'mct_{A30}_{A6}'] },
  { id: 'intercom-token', shapes: ['dG9rO{B50,}='] },
  { id: 'samsara-token', shapes: ['samsara_api_{A30}'] },
  { id: 'cal-com-key', shapes: ['cal_live_{h32}', 'cal_{h32}'] },
];
