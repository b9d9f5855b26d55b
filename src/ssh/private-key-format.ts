const magic = 'openssh-key-v1\0';

/**
 * The public key of a private key file of OpenSSH, which stands there in the clear also when the file is encrypted (PROTOCOL.key of
 * OpenSSH: magic, cipher, kdf, kdf options, number of keys, public key, ...). As a line of an authorized_keys file; undefined for
 * other formats.
 */
export const publicPart = (content: Uint8Array): string | undefined => {
  const text = Buffer.from(content).toString('latin1');
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(text)?.[1];
  if (body === undefined) return undefined;
  const bytes = Buffer.from(body, 'base64');
  if (bytes.toString('latin1', 0, magic.length) !== magic) return undefined;
  let at = magic.length;
  const field = (): Buffer | undefined => {
    if (at + 4 > bytes.length) return undefined;
    const length = bytes.readUInt32BE(at);
    if (at + 4 + length > bytes.length) return undefined;
    const value = bytes.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    return value;
  };
  field();
  field();
  field();
  at += 4;
  const key = field();
  if (key === undefined || key.length < 4) return undefined;
  const typeLength = key.readUInt32BE(0);
  if (typeLength > 64 || key.length < 4 + typeLength) return undefined;
  return `${key.toString('latin1', 4, 4 + typeLength)} ${key.toString('base64')}`;
};
