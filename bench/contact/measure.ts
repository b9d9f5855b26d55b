import {spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {z} from 'zod';

export type Measured = {
  code: number;
  seconds: number;
  /** Seconds of CPU of the program and of everything it started, whatever became of it. */
  cpu: number;
  sshdCpu: number;
  said: string;
};

/**
 * The first process of a PID namespace of its own: whatever the program leaves behind (Ansible its ssh masters) is ended and waited for, and so is in
 * `times`. perl-base is on every Debian.
 */
const first = `
use Time::HiRes qw(time);
my $begin = time;
my $code = system(@ARGV) >> 8;
my $took = time - $begin;
kill 'TERM', -1;
1 while wait() > 0;
my (undef, undef, $user, $system) = times;
printf STDERR "\\nMEASURED {\\"code\\":%d,\\"seconds\\":%f,\\"cpu\\":%f}\\n", $code, $took, $user + $system;
`;

const reportSchema = z.object({code: z.int(), seconds: z.number(), cpu: z.number()});

export const measure = async (
  command: readonly string[],
  world: {folder: string; sshd: number},
): Promise<Measured> => {
  const before = await childrenCpu(world.sshd);
  const said = await new Promise<string>((resolve, reject) => {
    const args = ['--pid', '--fork', '--mount-proc', 'perl', '-e', first, '--', ...command];
    const child = spawn('unshare', args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        HOME: world.folder,
        SHELL: '/bin/sh',
        LC_ALL: 'C.UTF-8',
        ANSIBLE_HOME: world.folder,
        // As bin/patchdeck.js has it; the others keep their compiled code as well.
        NODE_COMPILE_CACHE: join(world.folder, 'compiled'),
      },
    });
    let text = '';
    const hear = (chunk: Buffer): void => {
      text = (text + chunk.toString()).slice(-20_000);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    child.once('close', () => resolve(text));
  });
  const report = reportSchema.parse(JSON.parse(/MEASURED (\{.*\})/.exec(said)?.[1] ?? '{}'));
  return {...report, sshdCpu: (await childrenCpu(world.sshd)) - before, said};
};

/** Seconds of CPU of the children of a process, once all have ended and were waited for (proc(5): cutime and cstime, in ticks of 10 ms). */
const childrenCpu = async (pid: number): Promise<number> => {
  while (readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim() !== '') {
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
};
