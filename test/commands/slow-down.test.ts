import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {startFaultyFleet, type FaultyFleet} from './fleet.ts';
import {jsonLines, makePlace, resultOf, type Ended, type Place, type Started} from './program.ts';
import {expectRefusal} from './refusal.ts';

let place: Place;
let fleet: FaultyFleet;
beforeEach(async () => {
  place = await makePlace();
  fleet = await startFaultyFleet(place, ['api1', 'api2', 'cache1'], {canaries: ['api1']});
});
afterEach(async () => {
  await fleet.close();
  await place.remove();
});

const reach = (): string[] => ['--json', ...fleet.reach];
const done = async (...args: string[]): Promise<Ended> => {
  const ended = await place.run(...args, ...reach());
  if (ended.exit !== 0) throw new Error(ended.stderr);
  return ended;
};
/** A deploy of one host after the other, which takes long enough that it can be spoken to. */
const deploying = async (): Promise<Started> => {
  await done('scan');
  await done('plan', '--package', 'openssl');
  await done('test', '--yes', '--sign-off', 'tester', '--reason', 'healthy');
  for (const {host} of fleet.hosts.values()) Object.assign(host, {speed: 20});
  const deploy = place.start(['deploy', '--yes', '--concurrency', '1', ...reach()]);
  await deploy.says(/: installing/);
  return deploy;
};
const hurry = (): void => {
  for (const {host} of fleet.hosts.values()) Object.assign(host, {speed: 400});
};
/** What happened, without what happens on hosts between. */
const story = (ended: Ended): string[] =>
  jsonLines(ended).flatMap(({type, data}) => {
    const {host, phase, reason, how, outcome} = (data ?? {}) as Record<string, unknown>;
    if (type === 'host.phase') return phase === 'done' ? [`${String(host)} done`] : [];
    if (type === 'job.intended') {
      const {kind, host: at} = (data as {job: {kind: string; host: string}}).job;
      return kind === 'install' ? [`${at} begun`] : [];
    }
    if (type === 'run.paused') return [`paused: ${String(reason)}`];
    if (type === 'run.resumed') return ['resumed'];
    if (type === 'run.stopping') return [`stopping ${String(how)}`];
    return type === 'stage.ended' ? [`ended ${String(outcome)}`] : [];
  });

describe('a deploy that another command slows down', {timeout: 120_000}, () => {
  it('is paused between two hosts, and goes on when it is told to', async () => {
    const deploy = await deploying();
    const paused = await place.run('pause', '--reason', 'lunch', ...reach());
    expect(resultOf(paused)).toMatchObject({exit: 0, command: 'pause'});
    hurry();
    await deploy.says(/ok api2|ok cache1|: done/);
    await done('resume');
    const told = story(await deploy.ended);
    const meanwhile = told.slice(told.indexOf('paused: lunch (tester)'), told.indexOf('resumed') + 1);
    // The host at work comes to its end, and no other begins.
    expect(meanwhile).toEqual([
      'paused: lunch (tester)',
      expect.stringMatching(/ done$/) as string,
      'resumed',
    ]);
    expect(told.slice(-2)).toEqual([expect.stringMatching(/ done$/) as string, 'ended complete']);
  });

  it('is stopped after the host at work', async () => {
    const deploy = await deploying();
    await done('stop');
    hurry();
    const ended = await deploy.ended;
    const told = story(ended);
    expect(told.slice(told.indexOf('stopping after-hosts'))).toEqual([
      'stopping after-hosts',
      expect.stringMatching(/ done$/) as string,
      'ended stopped',
    ]);
  });
});

it('where nobody is at work there is nothing to slow down, and that is said', async () => {
  await done('scan');
  expectRefusal(await place.run('pause', ...reach()), {
    exit: 4,
    code: 'run.not-held',
    says: [/no console or command is at work on run \S+; nothing was done/],
    next: /hosts at work finish/,
  });
});
