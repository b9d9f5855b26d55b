import {generateKeyPairSync, randomBytes} from 'node:crypto';

/** A new ed25519 key as OpenSSH writes it. */
export type KeyPair = {
  /** Unencrypted, in the form of PROTOCOL.key; ssh2 reads no PKCS#8 of ed25519. */
  privateKey: string;
  /** `ssh-ed25519 AAAA...`, as in known_hosts and authorized_keys. */
  publicKey: string;
};

export const generateKey = (comment: string): KeyPair => {
  const {privateKey} = generateKeyPairSync('ed25519');
  const jwk = privateKey.export({format: 'jwk'});
  if (jwk.x === undefined || jwk.d === undefined) throw new Error('node gave no ed25519 key');
  const open = Buffer.from(jwk.x, 'base64url');
  const secret = Buffer.from(jwk.d, 'base64url');
  const blob = Buffer.concat([string(type), string(open)]);
  return {privateKey: seal(blob, open, secret, comment), publicKey: `${type} ${blob.toString('base64')}`};
};

const type = 'ssh-ed25519';

const seal = (blob: Buffer, open: Buffer, secret: Buffer, comment: string): string => {
  const check = randomBytes(4);
  const inner = Buffer.concat([check, check, blob, string(Buffer.concat([secret, open])), string(comment)]);
  const missing = (8 - (inner.length % 8)) % 8;
  const padding = Buffer.from(Array.from({length: missing}, (_, index) => index + 1));
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    string('none'),
    string('none'),
    string(''),
    number(1),
    string(blob),
    string(Buffer.concat([inner, padding])),
  ]);
  const lines = whole.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join(
    '\n',
  );
};

/** RFC 4251, 5: a string is its length in four bytes, then its bytes. */
const string = (value: Buffer | string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([number(bytes.length), bytes]);
};

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
