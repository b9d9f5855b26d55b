import {Command, InvalidArgumentError} from 'commander';
import {PatchdeckError} from '../../src/model/error.ts';
import {handouts} from './handouts.ts';
import {openLab, up, type Lab} from './lab.ts';

/** `npm run lab -- COMMAND`: real hosts on this machine. CONTRIBUTING.md says how the lab works. */
const program = new Command('npm run lab --')
  .description('Real hosts on this machine, to patch and to break.')
  .addHelpText('after', '\nPATCHDECK_LAB_DIR: where the lab lives\nExample: npm run lab -- up --hosts 4')
  .showHelpAfterError();

const whole = (text: string): number => {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number.');
};

program
  .command('up')
  .description('make the hosts that are not running')
  .option('--hosts <n>', 'how many', whole, 4)
  .action(async ({hosts}: {hosts: number}) => {
    const began = performance.now();
    await print(await up({hosts, say: line => console.error(line)}));
    const given = await handouts();
    console.log(`
inventory     ${given.inventory}
ssh           ssh -F ${given.sshConfig} lab1
known hosts   ${given.knownHosts}
key of ops    ${given.key}
sudo on lab2  asks for the password in ${given.password}`);
    console.error(`ready in ${seconds(began)}`);
  });
program
  .command('list')
  .description('the hosts and their state')
  .action(async () => print(openLab()));
program
  .command('reset <hosts...>')
  .description('a fresh system with the same identity')
  .action(async (hosts: string[]) => {
    const began = performance.now();
    await openLab().reset(...hosts);
    console.error(`${hosts.join(', ')} as new after ${seconds(began)}`);
  });
program
  .command('cut <host>')
  .description('take the network away')
  .action(async (host: string) => openLab().cut(host));
program
  .command('heal <host>')
  .description('give the network back')
  .action(async (host: string) => openLab().heal(host));
program
  .command('install <host> <packages...>')
  .description('install packages of the lab, as pdlab-slow=1.0')
  .action(async (host: string, packages: string[]) => openLab().install(host, ...packages));
program
  .command('shell <host> <command>')
  .description('run a command as root inside, past its network')
  .action(async (host: string, command: string) => {
    const result = await openLab().shell(host, command);
    process.stdout.write(result.stdout);
    process.stderr.write(result.stderr);
    process.exitCode = result.code ?? 1;
  });
program
  .command('down')
  .description('end everything; what was made once stays, for the next `up`')
  .option('--purge', 'remove that too')
  .action(async ({purge = false}: {purge?: boolean}) => {
    await openLab().down({purge});
    console.error('the lab is down: no mount, namespace or process of it is left');
  });

const print = async (lab: Lab): Promise<void> => {
  const hosts = await lab.list();
  if (hosts.length === 0) console.log('no lab is up here');
  for (const {name, address, release, state, network} of hosts)
    console.log(
      `${name.padEnd(8)}${address.padEnd(16)}${release.padEnd(10)}${state.padEnd(9)}network ${network}`,
    );
};

const seconds = (began: number): string => `${((performance.now() - began) / 1000).toFixed(1)} s`;

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof PatchdeckError)) throw error;
  console.error(`${error.message}\n${error.next}`);
  process.exitCode = error.kind === 'input' ? 2 : 1;
}
