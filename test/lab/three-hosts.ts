import {afterEach, beforeAll, beforeEach} from 'vitest';
import {up, type Lab} from './lab.ts';
import {patchdeckOn, type Line, type Patchdeck} from './run-patchdeck.ts';

/** lab1 (the canary), lab3 and lab4 as new for each test, and a run of their own. */
export type ThreeHosts = {
  readonly lab: Lab;
  readonly deck: Patchdeck;
  /** Scans them; throws when it does not end well. */
  readonly scan: () => Promise<void>;
  /** Locks a plan for what is chosen, tests it and signs it off; throws when one of it does not end well. */
  readonly readyAfterScan: (choice: readonly string[]) => Promise<void>;
  /** The same from the start, with a package on lab3 that takes so many seconds, so that there is time to break things. */
  readonly readyWithSlow: (seconds: number) => Promise<void>;
};

/** Called once by a test file, outside of its tests. */
export const threeHostsForEach = (): ThreeHosts => {
  let lab: Lab | undefined;
  let deck: Patchdeck | undefined;
  const there = <T>(what: T | undefined): T => {
    if (what === undefined) throw new Error('the hosts are there in a test only');
    return what;
  };
  beforeAll(async () => {
    lab = await up({hosts: 4});
  });
  beforeEach(async () => {
    await there(lab).reset('lab1', 'lab3', 'lab4');
    deck = await patchdeckOn(there(lab));
  });
  afterEach(() => there(lab).heal('lab3'));
  const wellDone = async (...words: string[]): Promise<void> => {
    const answer = await there(deck).run(...words);
    if (answer.exit !== 0) throw new Error(`${words.join(' ')}: ${answer.said}`);
  };
  const hosts: ThreeHosts = {
    get lab() {
      return there(lab);
    },
    get deck() {
      return there(deck);
    },
    scan: () => wellDone('scan', '--exclude', 'lab2'),
    readyAfterScan: async choice => {
      await wellDone('plan', ...choice);
      await wellDone('test', '--yes', '--sign-off', 'tester', '--reason', 'canary healthy');
    },
    readyWithSlow: async seconds => {
      await hosts.lab.install('lab3', 'pdlab-slow=1.0');
      await hosts.lab.shell('lab3', `echo ${seconds} > /etc/pdlab-slow-seconds; apt-get -q update`);
      await hosts.scan();
      await hosts.readyAfterScan(['--package', 'pdlab-slow', '--package', 'pdlab-web']);
    },
  };
  return hosts;
};

/** The line that says that a job was started on a host. */
export const installing =
  (host: string) =>
  ({type, data}: Line): boolean =>
    type === 'job.started' && data?.['host'] === host;
