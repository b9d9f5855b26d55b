import {afterAll, afterEach, beforeAll, beforeEach, expect} from 'vitest';
import {makePlace, type Ended, type Place} from '../commands/program.ts';
import {expectFitForPeople} from '../commands/refusal.ts';
import {up, type Lab} from './lab.ts';

/** lab4 as new for each test, and the real program with a state directory of its own. */
export type OneHost = {
  readonly lab: Lab;
  readonly place: Place;
  /** Flags that name the lab's inventory and how its hosts are reached. */
  readonly reach: () => string[];
  readonly run: (...args: string[]) => Promise<Ended>;
  /** Runs a command that has to end well. */
  readonly done: (...args: string[]) => Promise<Ended>;
  /** What a command says that is run as root inside a host, past its network; throws when it fails. */
  readonly inside: (host: string, command: string) => Promise<string>;
  /** Scans lab4 and locks a plan for packages of it. */
  readonly planned: (...names: string[]) => Promise<void>;
  /** Packages of the lab that lab4 then has in their old version. */
  readonly outdated: (...names: string[]) => Promise<void>;
};

/** Called once by a test file, outside of its tests. */
export const oneHostForEach = (): OneHost => {
  let lab: Lab | undefined;
  let place: Place | undefined;
  const there = <T>(what: T | undefined): T => {
    if (what === undefined) throw new Error('the host is there in a test only');
    return what;
  };
  beforeAll(async () => {
    lab = await up({hosts: 4});
  });
  beforeEach(async () => {
    place = await makePlace();
    await there(lab).reset('lab4');
  });
  afterEach(() => there(place).remove());
  afterAll(() => there(lab).reset('lab4'));
  const here: OneHost = {
    get lab() {
      return there(lab);
    },
    get place() {
      return there(place);
    },
    reach: () => [
      '--json',
      '--inventory',
      here.lab.inventoryPath,
      '--ssh-config',
      here.lab.sshConfigPath,
      '--operator',
      'tester',
    ],
    run: (...args) => here.place.run(...args, ...here.reach()),
    done: async (...args) => {
      const ended = await here.run(...args);
      expectFitForPeople(ended);
      expect(ended.exit === 0 ? '' : ended.stderr).toBe('');
      return ended;
    },
    inside: async (host, command) => {
      const {code, stdout, stderr} = await here.lab.shell(host, command);
      if (code !== 0) throw new Error(`${command}: ${stdout}${stderr}`);
      return stdout.trim();
    },
    planned: async (...names) => {
      await here.done('scan', 'lab4');
      await here.done('plan', ...names.flatMap(name => ['--package', name]));
    },
    outdated: async (...names) => {
      await here.lab.install('lab4', ...names.map(name => `${name}=1.0`));
      await here.inside('lab4', 'apt-get -q update');
    },
  };
  return here;
};
