import {createHmac, randomBytes} from 'node:crypto';
import {mkdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {must} from '../../lab/command.ts';

/** Keys of a throw-away world, each in a file of its name; the values are public halves, `TYPE BASE64`. */
export type Keys = ReadonlyMap<string, string>;

const types = ['ed25519', 'ecdsa', 'rsa'] as const;

/**
 * `good`, `good.ecdsa`, `good.rsa` are let in everywhere but on d, `locked` too but has a passphrase; `stranger` nowhere. `certified` is signed for
 * alice by the authority that d trusts, `certified-elsewhere` by another. a, c, d and e have their own host keys.
 */
export const makeKeys = async (folder: string): Promise<Keys> => {
  await mkdir(folder, {recursive: true});
  const plain = [
    'good',
    'stranger',
    'locked',
    'certified',
    'certified-elsewhere',
    'user-ca',
    'host-ca',
    'other-ca',
  ];
  const hosts = ['c', 'd', 'e'];
  const names = [
    ...[...plain, ...hosts].map(name => ({name, type: 'ed25519'})),
    ...['good', 'a'].flatMap(name => types.map(type => ({name: `${name}.${type}`, type}))),
    {name: 'b', type: 'rsa'},
  ];
  await Promise.all(
    names.map(({name, type}) =>
      must('ssh-keygen', [
        ...['-q', '-t', type, '-C', name, '-f', join(folder, name)],
        ...['-N', name === 'locked' ? 'open sesame' : ''],
      ]),
    ),
  );
  const sign = (ca: string, args: string[], name: string): Promise<string> =>
    must('ssh-keygen', ['-q', '-s', join(folder, ca), '-I', name, ...args, join(folder, `${name}.pub`)]);
  await sign('user-ca', ['-n', 'alice'], 'certified');
  await sign('other-ca', ['-n', 'alice'], 'certified-elsewhere');
  await sign('host-ca', ['-h', '-n', 'c.lab.test'], 'c');
  const halves = await Promise.all(
    names.map(async ({name}) => {
      const text = await readFile(join(folder, `${name}.pub`), 'utf8');
      return [name, text.split(' ').slice(0, 2).join(' ')] as const;
    }),
  );
  return new Map(halves);
};

/** A name as known_hosts has it hashed. */
export const hashedName = (name: string): string => {
  const salt = randomBytes(20);
  const hash = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${salt.toString('base64')}|${hash}`;
};
