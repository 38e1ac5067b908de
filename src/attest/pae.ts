// DSSE 1.0.2: the pre-authentication encoding, the very bytes that are signed.

/** `DSSEv1 SP LEN(type) SP type SP LEN(body) SP body`, lengths in bytes. */
export function formatPae(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType, 'utf8');
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `),
    type,
    Buffer.from(` ${payload.byteLength} `),
    payload,
  ]);
}
