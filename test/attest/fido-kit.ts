// A FIDO key without the hardware: what stands in ssh-keygen's place hands the message to this process, which signs as an
// authenticator does (PROTOCOL.u2f), with the touch flag on or off.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { formatString, formatUint32 } from '../../src/attest/ssh-wire.ts';
import { armorSshsig, formatSshsig, signedData } from '../../src/attest/sshsig.ts';
import type { Lab } from './lab.ts';

const TYPE = 'sk-ssh-ed25519@openssh.com';
const APPLICATION = 'ssh:';
const NAMESPACE = 'attestation@aitrail';

export interface FidoKey {
  readonly publicLine: string;
  /** Whether the person touches it from here on. */
  readonly setTouch: (isTouched: boolean) => void;
}

const sha256 = (bytes: string | Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** Lets git's settings in the lab name a FIDO key. */
export async function plugInKey(lab: Lab): Promise<FidoKey> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const blob = Buffer.concat([TYPE, raw, APPLICATION].map(formatString));
  let flags = 1;
  const signWithTouch = (message: Uint8Array): string => {
    const tail = Buffer.concat([Buffer.from([flags]), formatUint32(7)]);
    const data = sha256(signedData(NAMESPACE, 'sha512', message));
    const value = sign(null, Buffer.concat([sha256(APPLICATION), tail, data]), privateKey);
    const signature = Buffer.concat([formatString(TYPE), formatString(value), tail]);
    const parts = { publicKey: blob, namespace: NAMESPACE, hash: 'sha512', signature } as const;
    return armorSshsig(formatSshsig(parts));
  };
  const server = createServer((request, response) => {
    void buffer(request).then((message) => response.end(signWithTouch(message)));
  });
  const socket = join(lab.home, 'fido.sock');
  server.listen(socket);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const program = join(lab.home, 'fido-keygen');
  const post = `exec curl -q -s --noproxy '*' --unix-socket '${socket}' --data-binary @- http://fido/`;
  writeFileSync(program, `#!/bin/sh\n${post}\n`);
  chmodSync(program, 0o755);
  const publicLine = `${TYPE} ${blob.toString('base64')}`;
  lab.git('config', 'gpg.format', 'ssh');
  lab.git('config', 'gpg.ssh.program', program);
  lab.git('config', 'user.signingkey', `key::${publicLine}`);
  return { publicLine, setTouch: (isTouched) => void (flags = isTouched ? 1 : 0) };
}
