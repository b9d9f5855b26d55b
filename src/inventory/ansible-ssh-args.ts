import {proxyHostOf} from '../ssh/proxy-command.ts';
import {splitWords} from './shell-words.ts';

/** The jump hosts that arguments for ssh name, as ProxyJump has them; `others`: they hold more than that, or what cannot be understood. */
export type SshArgs = {jump?: string; others: boolean};

/**
 * Reads what Ansible would hand to ssh (`ansible_ssh_common_args` and its kin): `-J`, `-o ProxyJump=`, and a ProxyCommand that is an ssh to
 * a jump host. Of the options of that ssh only where it goes counts. As with ssh the first one that is stated holds.
 */
export const readSshArgs = (args: string): SshArgs => {
  const words = splitWords(args);
  if ('wrong' in words) return {others: true};
  const texts = words.map(({text}) => text);
  const jumps: string[] = [];
  let others = false;
  for (let word = texts.shift(); word !== undefined; word = texts.shift()) {
    const [, letter, attached = ''] = /^-([Jo])(.*)$/s.exec(word) ?? [];
    const value = letter === undefined ? '' : attached.trim() || (texts.shift() ?? '');
    const [, keyword = '', stated = ''] = /^(\w+)(?:\s*=\s*|\s+)(.*)$/s.exec(value) ?? [];
    if (letter === 'J') jumps.push(value);
    else if (keyword.toLowerCase() === 'proxyjump') jumps.push(stated.trim());
    else if (keyword.toLowerCase() === 'proxycommand') {
      const through = throughOne(stated);
      if (through !== undefined) jumps.push(through.jump);
      others ||= through?.isAll !== true;
    } else others = true;
  }
  const jump = jumps[0];
  return jump === undefined || jump === 'none' ? {others} : {jump, others};
};

/** The host of a ProxyCommand as a ProxyJump has it. `isAll`: no option of it is lost. */
const throughOne = (command: string): {jump: string; isAll: boolean} | undefined => {
  const plain = command.trim().replace(/^(["'])(.*)\1$/s, '$2');
  const proxy = proxyHostOf(plain);
  if (proxy === undefined) return undefined;
  const {name, user, port} = proxy;
  const host = name.includes(':') ? `[${name}]` : name;
  return {
    jump: `${user === undefined ? '' : `${user}@`}${host}${port === undefined ? '' : `:${port}`}`,
    isAll: !/(?:^|\s)-[^\s]*[iFo]/.test(plain),
  };
};
