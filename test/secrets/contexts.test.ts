// Where keys and values stand in what agents and people write: each way with values of several kinds, found to the
// character; and what only looks like it.
import { describe, expect, test } from 'vitest';
import { openScanner } from '../../src/secrets/scanner.ts';
import { drawText } from './sample.ts';

const scanner = openScanner();
/** A digit and a letter at the end, so that no draw lacks either. */
const VALUES = [
  `${drawText('0-9a-f', 30)}4e`,
  `${drawText('A-Za-z0-9', 30)}7x`,
  `k${drawText('A-Za-z0-9_-', 39)}9kQ`, // a leading dash would make it a flag
];

describe('found', () => {
  test.each([
    ['.env', 'BILLING_API_TOKEN=', ''],
    ['shell', 'export BILLING_API_TOKEN="', '"'],
    ['JSON', '{"billingApiToken": "', '", "region": "eu"}'],
    ['source', "const billingApiToken = '", "';"],
    ['typed source', "password: string = '", "';"],
    ['YAML', '  billing_api_token: ', '\n'],
    ['Kubernetes', '- name: BILLING_API_TOKEN\n  value: "', '"'],
    ['tool arguments', '{"command":"export BILLING_API_TOKEN=', ' && npm run deploy"}'],
    [
      'tool arguments, escaped twice',
      '"{\\"content\\":\\"BILLING_API_TOKEN=',
      '\\\\nPORT=3000\\\\n\\"}"',
    ],
    ['prose', 'I set BILLING_API_TOKEN to ', ' in your profile.'],
    ['spoken', 'The billing api key is ', ', please rotate it'],
    ['CSV', 'name,value\nBILLING_API_TOKEN,', '\n'],
    ['table', '| BILLING_API_TOKEN | ', ' |'],
    ['Terraform', 'variable "billing_api_token" {\n  default = "', '"\n}'],
    ['XML', '<add key="BILLING_API_TOKEN" value="', '" />'],
    ['XML element', '<billingApiToken>', '</billingApiToken>'],
    ['Dockerfile', 'ENV BILLING_API_TOKEN ', '\n'],
    ['flag', 'tool --billing-api-token ', ' run'],
    ['header', 'curl -H "X-Billing-Token: ', '" https://x.example.org'],
    ['bearer', 'Authorization: Bearer ', '\n'],
    ['query', 'https://x.example.org/v1?billing_token=', '&limit=5'],
    ['URL', 'postgres://app:', '@db.example.org/x'],
    ['curl', 'curl -u deploy:', ' https://x.example.org'],
    ['CI', 'gh secret set BILLING_API_TOKEN --body "', '"'],
  ])('%s', (_, before, after) => {
    for (const value of VALUES)
      expect(scanner.scan(before + value + after)).toMatchObject([
        { start: before.length, end: before.length + value.length },
      ]);
  });
});

describe('a password that a person may have chosen, found', () => {
  const password = `${drawText('A-Z', 3)}${drawText('a-z', 5)}%7${drawText('a-z', 2)}4!`;
  test.each([
    ['properties', 'mail.smtp.auth.password = ', '\n'],
    ['connection string', '"Host=db;Username=app;Password=', '"'],
    ['SQL, MySQL', "CREATE USER 'app'@'%' IDENTIFIED BY '", "';"],
    ['redis', 'requirepass ', '\n'],
    ['PowerShell', 'ConvertTo-SecureString "', '" -AsPlainText -Force'],
    ['.NET', 'new NetworkCredential("svc", "', '")'],
    ['setter', 'source.setPassword("', '");'],
    ['Wi-Fi', 'network={\n ssid="x"\n psk="', '"\n}'],
    ['property list', '<key>AdminPassword</key>\n  <string>', '</string>'],
    ['Android', '<string name="admin_password">', '</string>'],
    ['prose', 'The root password for the staging box is ', ' (please rotate).'],
    ['German prose', 'Das Passwort lautet ', ' bis morgen'],
    ['bullet', '- **Password:** `', '`'],
    ['column', '| admin password | `', '` |'],
  ])('%s', (_, before, after) => {
    expect(scanner.scan(before + password + after)).toMatchObject([
      { start: before.length, end: before.length + password.length },
    ]);
  });
});

test.each([
  'password = os.environ["DB_PASSWORD"]',
  'const token = await getToken(request);',
  'apiKey: process.env.OPENAI_API_KEY!,',
  'token: ${{ secrets.GITHUB_TOKEN }}',
  'postgres://${DB_USER}:${DB_PASS}@db/x',
  'https://user:pass@example.com/',
  'api_key: "YOUR_API_KEY"',
  '"express-jwt-v6": "npm:express-jwt@^6.1.2",',
  '// google-auth-library pre-v2.0.0 does not have getRequestHeaders',
  '  --mocha-pass-icon-color: #00d6b2;',
  '  --mocha-pass-shadow-color: rgba(0,0,0,.2);',
  'password: changeme',
  'public_key = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="',
  'kms_key_id: 555ea4a3-d53a-4412-9c66-3a7cb667b0d6',
  '"integrity": "sha512-PlqvMtFBxbL879FMFzXEShxHPos+hkuRXZvwfPKem+sGOehXa5oVFqKw1Vu6uX1yrpTYH75uNyaN9T4vj1QX8g==",',
  'commit 7667da22feb557f413214292b87d632512fbced4',
  'req.Header.Set("Authorization", "Bearer "+c.token)',
  'add password reset to the account page',
  'the password for the user is required.',
  'form.setPassword("password");',
  '| password | `string` |',
  '<string name="password_hint">At least 12 characters</string>',
  '<key>PasswordRequired</key> <true/>',
])('left alone: %s', (text) => {
  expect(scanner.scan(text)).toEqual([]);
});
