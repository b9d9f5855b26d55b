import {createHash} from 'node:crypto';
import {hostname, userInfo} from 'node:os';

/** What the tokens of a path stand for. */
export type PathTokens = {address: string; name: string; port: number; user: string};

/**
 * Expands `~`, `%` tokens and `${NAME}` in an IdentityFile of ssh_config(5), which `ssh -G` prints as it was written. UserKnownHostsFile and IdentityAgent
 * it prints expanded (OpenSSH 9.2 and 10): expanded twice, a `%%h` in them would become a name. GlobalKnownHostsFile takes no tokens.
 */
export const expandPath = (path: string, tokens: PathTokens): string => {
  const local = userInfo();
  // As ssh does: what the accounts say, whatever HOME is.
  const home = local.homedir;
  const values: Readonly<Record<string, string>> = {
    '%': '%',
    d: home,
    h: tokens.address,
    i: String(local.uid),
    j: '',
    k: tokens.address,
    L: hostname().split('.')[0] ?? '',
    l: hostname(),
    n: tokens.name,
    p: String(tokens.port),
    r: tokens.user,
    u: local.username,
    C: createHash('sha1').update(`${hostname()}${tokens.address}${tokens.port}${tokens.user}`).digest('hex'),
  };
  return path
    .replace(/^~(?=\/|$)/, home)
    .replace(/\$\{(\w+)\}/g, (_, name: string) => process.env[name] ?? '')
    .replace(/%(.)/g, (whole, token: string) => values[token] ?? whole);
};
