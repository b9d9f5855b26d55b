import {describe, expect, it} from 'vitest';
import {PatchdeckError} from '../../src/model/error.ts';
import {HostStopped} from '../../src/rollout/context.ts';
import {guardHost, troubleOf} from '../../src/rollout/guard.ts';
import {host} from '../policy/example-fleet.ts';
import {rejection} from '../store/example-run.ts';
import {createMemoryContext, type MemoryContext} from './memory-context.ts';

const contextOf = (): MemoryContext => createMemoryContext({hosts: [host('web1'), host('web2')]});
const failing = (error: Error) => (): Promise<never> => Promise.reject(error);

describe('what ends the work on a host', () => {
  it('nothing: it is good, and nothing is recorded', async () => {
    const context = contextOf();
    expect(await guardHost(context, 'web1', () => Promise.resolve())).toBe(true);
    expect(context.recorded).toEqual([]);
  });

  it('a finding: its phase, code and next step, and the patches that may be the cause', async () => {
    const context = contextOf();
    const error = new HostStopped('failed', 'host.regression', 'nginx.service failed', 'roll it back', [
      'apt:nginx@2',
    ]);
    expect(await guardHost(context, 'web1', failing(error))).toBe(false);
    expect(context.recordOf('web1')).toMatchObject({
      phase: 'failed',
      note: 'nginx.service failed',
      troubles: [
        {
          code: 'host.regression',
          what: 'nginx.service failed',
          next: 'roll it back',
          suspects: ['apt:nginx@2'],
        },
      ],
    });
  });

  it('a fault of the outside: the host is unknown, not failed', async () => {
    const context = contextOf();
    const error = new PatchdeckError('outside', 'ssh.timeout', 'web1 did not answer', 'look at it');
    expect(await guardHost(context, 'web1', failing(error))).toBe(false);
    expect(context.recordOf('web1')).toMatchObject({phase: 'unknown', troubles: [{code: 'ssh.timeout'}]});
  });

  it('a fault of ours: unknown too, said as that', async () => {
    const context = contextOf();
    expect(await guardHost(context, 'web1', failing(new TypeError('x is undefined')))).toBe(false);
    expect(context.recordOf('web1')).toMatchObject({
      phase: 'unknown',
      troubles: [{code: 'engine.unexpected', what: 'unexpected: x is undefined'}],
    });
    expect(context.recordOf('web1').troubles[0]?.next).toContain('fault of patchdeck');
  });

  it('does not touch the others', async () => {
    const context = contextOf();
    await guardHost(context, 'web1', failing(new Error('bug')));
    expect(context.recordOf('web2')).toMatchObject({phase: 'queued', troubles: []});
  });

  it('the console that goes: nothing is known of the host, and nothing recorded', async () => {
    const context = contextOf();
    const work = guardHost(context, 'web1', () => {
      context.close();
      return Promise.reject(new Error('aborted'));
    });
    expect(await rejection(work)).toMatchObject({message: 'aborted'});
    expect(context.recorded).toEqual([]);
    expect(context.underWay.size).toBe(0);
  });

  it('the disk of the console: no host is blamed for it, and nothing recorded', async () => {
    const context = contextOf();
    for (const code of ['store.full', 'store.write-failed']) {
      const error = new PatchdeckError('outside', code, 'no room is left', 'make room');
      expect(await rejection(guardHost(context, 'web1', failing(error)))).toBe(error);
    }
    expect(context.recorded).toEqual([]);
    expect(context.underWay.size).toBe(0);
  });

  it('is cut to what an event may hold', () => {
    const {trouble} = troubleOf(
      new HostStopped('failed', 'x.y', 'a'.repeat(5000), 'b', Array(50).fill('apt:x@1')),
    );
    expect(trouble.what).toHaveLength(480);
    expect(trouble.suspects).toHaveLength(20);
    expect(troubleOf(new HostStopped('failed', 'x.y', 'a', 'b')).trouble).not.toHaveProperty('suspects');
  });
});

describe('work that is under way', () => {
  it('is joined, not begun twice', async () => {
    const context = contextOf();
    let begun = 0;
    let end = (): void => undefined;
    const work = (): Promise<void> => {
      begun += 1;
      return new Promise(resolve => (end = resolve));
    };
    const first = guardHost(context, 'web1', work);
    const second = guardHost(context, 'web1', work);
    expect(context.underWay.has('web1')).toBe(true);
    end();
    expect(await Promise.all([first, second])).toEqual([true, true]);
    expect(begun).toBe(1);
    expect(context.underWay.size).toBe(0);
  });

  it('that fails fails for both, and is recorded once', async () => {
    const context = contextOf();
    const work = failing(new HostStopped('failed', 'host.drift', 'drifted', 'scan again'));
    const both = [guardHost(context, 'web1', work), guardHost(context, 'web1', work)];
    expect(await Promise.all(both)).toEqual([false, false]);
    expect(context.phasesOf('web1')).toEqual(['failed']);
  });

  it('can begin anew once it has ended', async () => {
    const context = contextOf();
    await guardHost(context, 'web1', failing(new Error('bug')));
    expect(await guardHost(context, 'web1', () => Promise.resolve())).toBe(true);
  });
});
