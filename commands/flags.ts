import {existsSync} from 'node:fs';
import {readFile, stat} from 'node:fs/promises';
import {homedir, userInfo} from 'node:os';
import {join} from 'node:path';
import type {Command} from 'commander';
import {z} from 'zod';
import {PatchdeckError} from '../src/model/error.ts';
import {stateDirectory} from '../src/store/paths.ts';

const flagsSchema = z.object({
  inventory: z.string().optional(),
  overlay: z.string().optional(),
  stateDir: z.string().optional(),
  run: z.string().optional(),
  json: z.boolean().default(false),
  yes: z.boolean().default(false),
  exclude: z.array(z.string()).default([]),
  sshConfig: z.string().optional(),
  kev: z.string().optional(),
  operator: z.string().trim().min(1).max(100).optional(),
  acceptHostKey: z
    .array(z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'a fingerprint as ssh prints it: SHA256:...'))
    .default([]),
  becomePasswordFile: z.string().optional(),
  signKey: z.string().optional(),
  concurrency: z.coerce.number().int().min(1).max(200).default(10),
  failuresAllowed: z.coerce.number().int().min(0).max(10_000).default(0),
});

/** The flags that every command has, checked. */
export type Flags = z.infer<typeof flagsSchema> & {operator: string; stateDir: string; cacheDir: string};

const collect = (value: string, others: string[] = []): string[] => [...others, value];

/** Gives a command the flags that all have. */
export const withFlags = (command: Command): Command =>
  command
    .option('--inventory <file>', 'the hosts, FILE or FILE:FORMAT (or PATCHDECK_INVENTORY)')
    .option('--overlay <file>', 'what the inventory lacks (or PATCHDECK_OVERLAY)')
    .option('--state-dir <directory>', 'where runs are kept (or PATCHDECK_STATE_DIR)')
    .option('--run <id>', 'the run to work on (default: the open one)')
    .option('--exclude <pattern>', 'hosts that do not take part; may be repeated', collect)
    .option('--json', 'one JSON event a line on stdout, the result last')
    .option('--yes', 'answer confirmations (never gates)')
    .option('--ssh-config <file>', 'instead of ~/.ssh/config (or PATCHDECK_SSH_CONFIG)')
    .option('--kev <file or url>', 'known exploited vulnerabilities (or PATCHDECK_KEV)')
    .option('--operator <name>', 'who decides (default: your user name)')
    .option('--accept-host-key <fingerprint>', 'accept and remember this host key; may be repeated', collect)
    .option('--become-password-file <file>', 'a file, yours alone, that holds the password of sudo')
    .option(
      '--sign-key <file>',
      'the SSH key that signs the record at each stage (or PATCHDECK_SIGN_KEY); a public one if the agent has it',
    )
    .option('--concurrency <n>', 'hosts worked on at once')
    .option('--failures-allowed <n>', 'failed hosts after which a wave stops');

/** Checks the flags. Throws `flags.invalid` naming each that is wrong. */
export const readFlags = (raw: unknown): Flags => {
  const flags = check(flagsSchema, raw);
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return {
    ...flags,
    operator: flags.operator ?? userInfo().username,
    stateDir: stateDirectory(flags.stateDir, process.env),
    cacheDir: join(cache, 'patchdeck'),
    sshConfig: flags.sshConfig ?? process.env['PATCHDECK_SSH_CONFIG'],
    overlay: flags.overlay ?? process.env['PATCHDECK_OVERLAY'],
    kev: flags.kev ?? process.env['PATCHDECK_KEV'],
    signKey: flags.signKey ?? process.env['PATCHDECK_SIGN_KEY'],
  };
};

/** Checks a command's own flags. Throws `flags.invalid`. */
export const check = <Schema extends z.ZodType>(schema: Schema, raw: unknown): z.infer<Schema> => {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(issue => `${flagName(issue.path)}: ${issue.message}`);
  throw new PatchdeckError(
    'input',
    'flags.invalid',
    `${mistakes.join('; ')}; nothing was done`,
    'see --help for what it takes',
  );
};

const flagName = (path: readonly PropertyKey[]): string =>
  `--${String(path[0] ?? '').replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;

/** A password from a file that nobody else can read. Throws `flags.password-file`. */
export const readPasswordFile = async (path: string | undefined): Promise<string | undefined> => {
  if (path === undefined) return undefined;
  const wrong = (what: string, next: string): PatchdeckError =>
    new PatchdeckError('input', 'flags.password-file', `${path} ${what}; nothing was done`, next);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw wrong('cannot be read', 'name a file that exists');
  if (!found.isFile()) throw wrong('is not a plain file', 'name a file that holds the password');
  if ((found.mode & 0o077) !== 0) throw wrong('can be read by others', `chmod 600 ${path}`);
  if (found.size > 4096) throw wrong('is too large for a password', 'name the right file');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) throw wrong('cannot be read', 'name a file that you can read');
  return text.replace(/\r?\n$/, '');
};

/** Throws `flags.ssh-config` for a file that is not there: without it every host would be reached differently than was meant. */
export const requireSshConfig = (path: string | undefined): void => {
  if (path === undefined || existsSync(path)) return;
  throw new PatchdeckError(
    'input',
    'flags.ssh-config',
    `the ssh configuration ${path} is not there; nothing was done`,
    'name a file that exists (--ssh-config FILE, or PATCHDECK_SSH_CONFIG)',
  );
};

/** `--leave-out HOST` and the like: a flag that may be repeated. */
export const repeated = collect;
