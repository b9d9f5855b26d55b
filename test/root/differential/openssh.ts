import {spawn} from 'node:child_process';
import type {Outcome, Verdict} from './outcome.ts';
import type {Asked} from './rows.ts';

/** What OpenSSH's own client does, from what `ssh -v` says. */
export const askOpenssh = async (
  config: string,
  {host, user, port}: Asked,
  agent: string,
): Promise<Outcome> => {
  const args = [
    ...['-v', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=20', '-T', '-F', config],
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...['--', host, 'true'],
  ];
  const {code, said} = await run(args, agent);
  const hops = [...said.matchAll(/Authenticating to (\S+):(\d+) as '([^']*)'/g)].map(
    ([, address, at, as]) => `${as ?? ''}@${(address ?? '').toLowerCase()}:${at ?? ''}`,
  );
  const keys = [...said.matchAll(/Server host (?:key|certificate): \S+ (SHA256:[^\s,]+)/g)].map(
    ([, key]) => key,
  );
  const verdict = code === 0 ? 'in' : verdictOf(said);
  return {hops, fingerprint: code === 0 ? keys.at(-1) : undefined, verdict, said};
};

/** In this order: a jump host's fault ends all that follow it. */
const signs: readonly (readonly [RegExp, Verdict])[] = [
  [/REVOKED HOST KEY|is marked as revoked|revoked by file/i, 'revoked key'],
  [/REMOTE HOST IDENTIFICATION HAS CHANGED/, 'changed key'],
  [/Host key verification failed|No \S+ host key is known/, 'unknown key'],
  [/Permission denied|Too many authentication failures|no more authentication methods/i, 'not let in'],
  [/Could not resolve hostname/, 'no such name'],
  [/Connection refused|Network is unreachable|No route to host|open failed/, 'not reached'],
  [/no matching .* found/, 'nothing in common'],
];

const verdictOf = (said: string): Verdict => signs.find(([sign]) => sign.test(said))?.[1] ?? 'other';

const run = (args: string[], agent: string): Promise<{code: number | null; said: string}> =>
  new Promise((resolve, reject) => {
    const child = spawn('ssh', args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {...process.env, LC_ALL: 'C', SSH_AUTH_SOCK: agent, SHELL: '/bin/sh'},
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', code => resolve({code, said}));
  });
