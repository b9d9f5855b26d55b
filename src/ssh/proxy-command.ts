/** The host that a ProxyCommand goes through. */
export type ProxyHost = {name: string; user: string | undefined; port: number | undefined};

/**
 * The jump host of a ProxyCommand that is an ssh of its own (`ssh -W %h:%p bastion`, `ssh -l jump bastion nc %h %p`); undefined: it is something else,
 * or names its host by a token. Only for knowing who stands before whom: to run it is the system's ssh's business.
 */
export const proxyHostOf = (command: string): ProxyHost | undefined => {
  const [program, ...words] = (command.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map(unquoted).filter(isNotExec);
  if (program === undefined || !/^(?:.*\/)?ssh$/.test(program)) return undefined;
  let user: string | undefined;
  let port: number | undefined;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!word.startsWith('-')) return hostOf(word, user, port);
    const [, letter, attached = ''] = withValue.exec(word) ?? [];
    if (letter === undefined) continue;
    const value = attached || (words.shift() ?? '');
    if (letter === 'l') user = value;
    if (letter === 'p') port = Number(value);
  }
  return undefined;
};

/** An option of ssh(1) that takes a value, with flags before it or not; and the value, where it is attached. */
const withValue = /^-[^BbcDEeFIiJLlmOoPpQRSWw]*([BbcDEeFIiJLlmOoPpQRSWw])(.*)$/;

const isNotExec = (word: string, index: number): boolean => index > 0 || word !== 'exec';

const unquoted = (word: string): string => word.replace(/^(['"])(.*)\1$/, '$2');

/** `[user@]host`, or the same with a port as an ssh:// URI. */
const hostOf = (
  destination: string,
  user: string | undefined,
  port: number | undefined,
): ProxyHost | undefined => {
  const uri = /^ssh:\/\/(?:([^@]+)@)?\[?([^\]/]+?)\]?(?::(\d{1,5}))?\/?$/.exec(destination);
  const [, ownUser, name, ownPort] = uri ?? /^(?:(.+)@)?([^@]+)$/.exec(destination) ?? [];
  if (name === undefined || name.includes('%')) return undefined;
  return {name, user: ownUser ?? user, port: ownPort === undefined ? port : Number(ownPort)};
};
