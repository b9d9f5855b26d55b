import {afterEach, beforeEach, expect, test} from 'vitest';
import type {Engine} from '../../src/engine/interface.ts';
import type {HostRecord} from '../../src/record/state.ts';
import {drive, makeSmallRun, refused, type SmallRun} from './small-run.ts';

let world: SmallRun;
let engine: Engine;

beforeEach(async () => {
  world = await makeSmallRun();
  engine = await world.open(undefined);
  await drive(engine, 'test');
  await engine.submit({type: 'sign-off', stage: 'test', name: 'ana', reason: 'good'});
});
afterEach(async () => {
  await engine.close();
  await world.remove();
});

const recordOf = (name: string): HostRecord => {
  const record = engine.state().run?.hosts.get(name);
  if (record === undefined) throw new Error(`no ${name}`);
  return record;
};
const stage = async (name: 'identify' | 'deploy' | 'verify'): Promise<void> => {
  expect(await engine.submit({type: 'start', stage: name})).toBe('ok');
  await engine.idle();
};

test('the console dies while a host is being upgraded, and the next command is a scan while its sshd is away: the host is let be, and its upgrade comes to its end', async () => {
  let begun: () => void = () => undefined;
  const atWork = new Promise<void>(resolve => (begun = resolve));
  world.interfere = (host, verb, when) => {
    if (host === 'api2' && verb === 'job.start' && when === 'after') begun();
  };
  await engine.submit({type: 'start', stage: 'deploy'});
  await atWork;
  const run = engine.state().run?.run.id;
  await engine.close();

  let away = 3;
  world.interfere = host => {
    if (host === 'api2' && away-- > 0) throw refused(host);
  };
  engine = await world.open(run);
  await stage('identify');
  expect(recordOf('api2')).toMatchObject({phase: 'done', troubles: []});
  expect(recordOf('api2')).not.toHaveProperty('unreachable');
  expect(recordOf('api2').jobs.filter(({kind}) => kind === 'install')).toHaveLength(1);
});

test('a host that is done and away at a later scan does not keep the run from being verified, and verify says that it is away', async () => {
  await stage('deploy');
  world.interfere = host => {
    if (host === 'api2') throw refused(host);
  };
  await stage('identify');
  expect(engine.state().run?.run.stages.identify.status).toBe('incomplete');
  expect(recordOf('api2').unreachable?.code).toBe('ssh.refused');
  await stage('verify');
  expect(recordOf('api2').verified?.findings[0]).toContain('refused the connection');
  expect(recordOf('cache1').verified?.good).toBe(true);
  world.interfere = () => undefined;
  await stage('identify');
  await stage('verify');
  expect(recordOf('api2')).toMatchObject({verified: {good: true}, troubles: []});
});
