import {spawn} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';

const namespace = 'patchdeck';
const deadlineMs = 30_000;

/** Signs a text with an SSH key: a private key file, or a public one whose private half the agent has. Throws `sign.failed`. */
export const signText = async (text: string, key: string): Promise<string> => {
  const {code, stdout, stderr} = await keygen(['-Y', 'sign', '-q', '-n', namespace, '-f', key], text);
  if (code === 0 && stdout.startsWith('-----BEGIN SSH SIGNATURE-----')) return stdout;
  throw new PatchdeckError(
    'outside',
    'sign.failed',
    `ssh-keygen could not sign with ${key} (${cleanLine(stderr, 160)}); the head of the journal is not signed`,
    'name a key without a passphrase or the public file of one that the agent holds (--sign-key FILE)',
  );
};

/** What became of a signature: whose key it was made with, and whether that key is one of the allowed signers'. */
export type SignatureAnswer =
  {good: false; why: string} | {good: true; key: string; signer: string | undefined};

/** Checks a signature; with `allowed`, a file in the form of allowed_signers(5), also whose it is. */
export const checkSignature = async (
  text: string,
  signature: string,
  allowed: string | undefined,
): Promise<SignatureAnswer> => {
  const folder = await mkdtemp(join(tmpdir(), 'patchdeck-signature-'));
  try {
    const file = join(folder, 'signature');
    await writeFile(file, signature, {mode: 0o600});
    const valid = await keygen(['-Y', 'check-novalidate', '-n', namespace, '-s', file], text);
    const key = /key (SHA256:\S+)/.exec(`${valid.stdout}${valid.stderr}`)?.[1];
    if (valid.code !== 0 || key === undefined)
      return {good: false, why: cleanLine(valid.stderr || valid.stdout, 160)};
    if (allowed === undefined) return {good: true, key, signer: undefined};
    const found = await keygen(['-Y', 'find-principals', '-s', file, '-f', allowed], text);
    const signer = found.stdout.split('\n')[0]?.trim() ?? '';
    if (found.code !== 0 || signer === '')
      return {good: false, why: `${key} is not among the allowed signers`};
    const verified = await keygen(
      ['-Y', 'verify', '-n', namespace, '-s', file, '-f', allowed, '-I', signer],
      text,
    );
    return verified.code === 0
      ? {good: true, key, signer: cleanLine(signer, 80)}
      : {good: false, why: cleanLine(verified.stderr || verified.stdout, 160)};
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
};

const keygen = (
  args: readonly string[],
  input: string,
): Promise<{code: number | null; stdout: string; stderr: string}> =>
  new Promise((resolve, reject) => {
    const child = spawn('ssh-keygen', args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: deadlineMs,
      env: {...process.env, SSH_ASKPASS_REQUIRE: 'never'},
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.on('error', () => undefined);
    child.once('error', cause => {
      reject(
        new PatchdeckError(
          'outside',
          'sign.no-ssh-keygen',
          'ssh-keygen cannot be run; nothing was signed or checked',
          'install openssh-client',
          {cause},
        ),
      );
    });
    child.once('close', code => resolve({code, stdout, stderr}));
    child.stdin.end(input);
  });
