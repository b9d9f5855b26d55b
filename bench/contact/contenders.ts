import type {Hosts} from './sshd.ts';

/** The command of each that asks every host to run `true`; ssh's configuration is the same for all. */
export const contenders = (
  hosts: Hosts,
  concurrency: number,
  patchdeck: string,
): Record<string, string[]> => {
  const {list, sshConfig} = hosts;
  const at = String(concurrency);
  const ansible = ['ansible', 'all', '-i', list, '-f', at, '-o', '-m', 'raw', '-a', 'true'];
  return {
    patchdeck: [process.execPath, patchdeck, list, sshConfig, at],
    ansible: [...ansible, '--ssh-common-args', `-F ${sshConfig}`],
    'parallel-ssh': ['parallel-ssh', '-h', list, '-p', at, '-t', '0', '-x', `-F ${sshConfig}`, 'true'],
    clush: ['clush', '-S', '-f', at, '--hostfile', list, '-o', `-F ${sshConfig}`, 'true'],
  };
};
