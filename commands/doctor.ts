import {execFile} from 'node:child_process';
import {access, constants} from 'node:fs/promises';
import {promisify} from 'node:util';
import type {Command} from 'commander';
import {describeError, PatchdeckError} from '../src/model/error.ts';
import {stateRoot} from '../src/store/state-root.ts';
import {writeFailed} from '../src/store/store-error.ts';
import {exitCodes} from './exit-code.ts';
import {readFlags, withFlags, type Flags} from './flags.ts';
import {createOutput} from './output.ts';

const run = promisify(execFile);

type Check = {title: string; look: () => Promise<string>};

export const addDoctor = (program: Command): void => {
  withFlags(program.command('doctor'))
    .argument('[hosts...]', 'hosts to walk to, step by step, up to the first thing wrong')
    .description('what is wrong with this setup or on the way to hosts, and how to mend it')
    .addHelpText('after', '\nExample:\n  patchdeck doctor\n  patchdeck doctor web1\n')
    .action(async (hosts: string[], raw: unknown) => {
      const output = createOutput((raw as {json?: boolean}).json === true);
      try {
        if (hosts.length > 0) {
          const {doctorHosts} = await import('./doctor-hosts.ts');
          process.exitCode = await doctorHosts(hosts, readFlags(raw), output);
          return;
        }
        const problems = [];
        for (const check of checks(readFlags(raw))) {
          try {
            output.print(`ok ${check.title}: ${await check.look()}`);
          } catch (error) {
            const next = error instanceof PatchdeckError ? error.next : 'see the message';
            problems.push({code: 'doctor', what: `${check.title}: ${describeError(error)}`, next});
          }
        }
        const exit = problems.length > 0 ? exitCodes.input : exitCodes.done;
        const summary =
          problems.length === 0 ? 'nothing is wrong here' : `${problems.length} things want mending`;
        output.result('doctor', {exit, summary, problems});
        process.exitCode = exit;
      } catch (error) {
        process.exitCode = output.error('doctor', error);
      }
    });
};

const checks = (flags: Flags): Check[] => [
  {title: 'node', look: () => Promise.resolve(process.version)},
  {
    title: 'ssh',
    look: async () =>
      (
        await program(
          'ssh',
          ['-V'],
          'install the OpenSSH client: addresses, keys and jump hosts are asked of it',
        )
      ).trim(),
  },
  {
    title: 'flock',
    look: async () =>
      (
        await program('flock', ['--version'], 'install util-linux: the lock of the store is held with it')
      ).trim(),
  },
  {
    title: 'agent',
    look: () => Promise.resolve(process.env['SSH_AUTH_SOCK'] ?? 'none; key files and passwords are used'),
  },
  {
    title: 'state directory',
    look: async () => {
      await stateRoot(flags.stateDir, () => undefined);
      await access(flags.stateDir, constants.W_OK).catch((error: unknown) => {
        throw writeFailed(flags.stateDir, error);
      });
      return flags.stateDir;
    },
  },
  {
    title: 'inventory',
    look: async () => {
      const {findInventory, loadInventory} = await import('../src/inventory/load.ts');
      const path = await findInventory(flags.inventory, process.env, process.cwd());
      const {inventory, format, notices} = await loadInventory(path, flags);
      return [`${path} (${format}), ${inventory.hosts.length} hosts`, ...notices].join('; ');
    },
  },
];

const program = async (name: string, args: string[], next: string): Promise<string> => {
  try {
    const {stdout, stderr} = await run(name, args, {timeout: 5000});
    return stdout === '' ? stderr : stdout;
  } catch (error) {
    throw new PatchdeckError('outside', 'doctor.missing', `${name} cannot be run`, next, {cause: error});
  }
};
