import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';
import {
  authenticationFailed,
  closedEarly,
  closedUnsaid,
  linkFault,
  noCommonAlgorithm,
  notSsh,
  unresolved,
} from './errors.ts';
import type {Tell} from './session.ts';
import {describeTarget, type Target} from './target.ts';

/** The host key that `ssh -v` says it was shown: its first word on that, as later lines may hold words of the server. */
export const shownKey = (log: string): {algorithm: string; fingerprint: string} | undefined => {
  const found = /^debug1: Server host (?:key|certificate): (\S+) (SHA256:[A-Za-z0-9+/]{43})/m.exec(log);
  const negotiated = /^debug1: kex: host key algorithm: (\S+)/m.exec(log)?.[1];
  if (found?.[1] === undefined || found[2] === undefined) return undefined;
  return {algorithm: negotiated ?? found[1], fingerprint: found[2]};
};

/** Tells how far a login came, from its log. */
export const tellOf = (log: string, target: Target, tell: Tell): void => {
  if (/^debug1: (?:Connection established|Remote protocol version)/m.test(log))
    tell('port', String(target.port));
  const shown = shownKey(log);
  if (shown === undefined) return;
  tell('key exchange', `${shown.algorithm} host key`);
  if (/^debug1: Host '.*' is known and matches the /m.test(log)) tell('host key', shown.fingerprint);
};

/** True when ssh ended because no line of known_hosts has the key that was shown. A changed or revoked one is no such case. */
export const isUnknownKey = (log: string): boolean =>
  /Host key verification failed/.test(log) &&
  /No \S+ host key is known for|host key is not known|requested strict checking/.test(log) &&
  !/IDENTIFICATION HAS CHANGED|REVOKED/.test(log);

/** The keys a login was made with: files, and whether a token had one of them. */
export type UsedKeys = {files: string[]; token: boolean};

/** What `ssh -v` says of the keys that the host took, each before the word that it let in, or in part. */
export const usedKeys = (log: string): UsedKeys => {
  const used: UsedKeys = {files: [], token: false};
  let last: {file: string; token: boolean} | undefined;
  for (const line of log.split(/\r?\n/)) {
    const accepted = /^debug1: Server accepts key: (.+) \S+ SHA256:\S+(.*)$/.exec(line);
    // A key whose public half nobody knew is offered signed, without that question.
    const file = accepted?.[1] ?? /^debug1: Trying private key: (.+)$/.exec(line)?.[1];
    if (file !== undefined) last = {file, token: / token\b/.test(accepted?.[2] ?? '')};
    if (last === undefined || !/^(debug1: )?Authenticat\w+ .*"?publickey"?/.test(line)) continue;
    used.files.push(last.file);
    used.token ||= last.token;
  }
  return used;
};

/** Why the system's ssh gave no connection, from its log (`-v -E`) and what its ProxyCommand said. */
export const systemFault = (target: Target, log: string, said: string): PatchdeckError => {
  const blocked = keyFault(target, log);
  if (blocked !== undefined) return blocked;
  const lines = `${said}\n${log}`.split('\n').filter(line => line !== '' && !/^debug\d: /.test(line));
  const text = lines.join('\n');
  const line = cleanLine(lines.at(-1) ?? 'it said nothing', 200);
  const node = errnos.find(([pattern]) => pattern.test(text))?.[1];
  if (node !== undefined) return linkFault(target, Object.assign(new Error(line), {code: node}));
  // ssh shows what came before the banner of a host in its log alone.
  const before = /Exceeded MaxStartups|Not allowed at this time/.exec(`${said}\n${log}`)?.[0];
  if (before !== undefined) return notSsh(target, before);
  const algorithm = /no matching [^\n]*/i.exec(text)?.[0];
  if (algorithm !== undefined) return noCommonAlgorithm(target, algorithm);
  if (/Too many authentication failures/.test(text)) {
    return authenticationFailed(
      target,
      'it had enough of the keys that were offered',
      'name the right key with IdentityFile and set IdentitiesOnly yes for this host in ssh_config',
    );
  }
  const denied = /Permission denied \(([^)\n]*)\)/.exec(text)?.[1];
  if (denied !== undefined) {
    return authenticationFailed(
      target,
      `it allows ${cleanLine(denied)} and took nothing that ssh has`,
      `see that \`ssh ${target.user}@${target.address}\` works from here`,
    );
  }
  if (/Bad configuration option|terminating, .* bad configuration/i.test(text))
    return unresolved(target.name, line);
  if (/administratively prohibited|open failed|forwarding (request )?failed/i.test(text)) {
    return new PatchdeckError(
      'outside',
      'ssh.unreachable',
      `no way to ${describeTarget(target)} through its jump host (${line}); nothing was done there`,
      'see whether the jump host may forward (AllowTcpForwarding, PermitOpen) and reaches the host',
    );
  }
  if (/kex_exchange_identification: (Connection|read)/.test(text) && !/Remote protocol version/.test(log))
    return closedUnsaid(target);
  return closedEarly(target, `the login of the system's ssh (${line})`);
};

const keyFault = (target: Target, log: string): PatchdeckError | undefined => {
  const key = shownKey(log);
  const shown = `${describeTarget(target)} showed the ${key?.algorithm ?? ''} key ${key?.fingerprint ?? ''}`;
  const place = /(?:Offending|Matching) \S+ key in (.+?):(\d+)/.exec(log);
  const list = /^Host key \S+ \S+ revoked by file (.+)$/m.exec(log)?.[1];
  const unread = /^(?:\S+: )?Error checking host key \S+ \S+ in revoked keys file (.+)$/m.exec(log)?.[1];
  if (unread !== undefined) {
    return unresolved(target.name, `its RevokedHostKeys cannot be read (${cleanLine(unread)})`);
  }
  const where = cleanLine(list ?? (place === null ? 'known_hosts' : `${place[1] ?? ''}:${place[2] ?? ''}`));
  if (list !== undefined || /REVOKED HOST KEY|marked as revoked/i.test(log)) {
    return new PatchdeckError(
      'outside',
      'ssh.host-key-revoked',
      `blocked: ${shown}, which ${where} revokes; nothing was sent to it`,
      'find out who answers there; a revoked key means that somebody else may have it',
    );
  }
  if (/IDENTIFICATION HAS CHANGED/.test(log)) {
    return new PatchdeckError(
      'outside',
      'ssh.host-key-changed',
      `blocked: ${shown}, but ${where} has another for it; nothing was sent to it`,
      `find out by another way whether the host was set up anew; only then take that line away and try again`,
    );
  }
  return undefined;
};

const errnos: readonly (readonly [RegExp, string])[] = [
  [/Could not resolve hostname|Name or service not known|Temporary failure in name/i, 'ENOTFOUND'],
  [/Connection refused/i, 'ECONNREFUSED'],
  [/Connection timed out|Operation timed out/i, 'ETIMEDOUT'],
  [/No route to host|Network is unreachable|Host is down/i, 'EHOSTUNREACH'],
];
