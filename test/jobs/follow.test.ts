import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {defaultFollowLimits, followJob, type FollowContext} from '../../src/jobs/follow.ts';
import {isLinkTrouble} from '../../src/jobs/patience.ts';
import type {JobReport} from '../../src/jobs/job-scripts.ts';
import type {Link} from '../../src/jobs/link.ts';
import {PatchdeckError} from '../../src/model/error.ts';
import type {JobState} from '../../src/model/job.ts';
import {host} from '../policy/example-fleet.ts';
import {rejection} from '../store/example-run.ts';
import {exampleJob} from './example-job.ts';

const fault = (code: string): PatchdeckError => new PatchdeckError('outside', code, `it is ${code}`, 'wait');
const report = (state: JobState, text = ''): JobReport => ({state, chunk: Buffer.from(text)});

/** What a host answers when it is asked for the log from an offset on; throws for a link that is away. */
type Answers = (offset: number, looks: number) => JobReport;

/** Follows the example job over a scripted link with a clock that moves only when somebody sleeps. */
const following = (answers: Answers, stated: Partial<FollowContext> = {}) => {
  const seen = {
    log: '',
    chunks: [] as Uint8Array[],
    away: [] as string[],
    slept: [] as number[],
    offsets: [] as number[],
  };
  let now = 1_000_000;
  const link: Link = {
    host: host('web1'),
    ask: async (probe, args) => {
      const {args: sent} = probe.script(args);
      const offset = Number(sent['offset']);
      seen.offsets.push(offset);
      const {state, chunk} = answers(offset, seen.offsets.length);
      const said = [
        '@@ state',
        state.state === 'ended' ? `ended ${state.rc}` : state.state,
        '@@ size',
        'logBytes' in state ? state.logBytes : 0,
        '@@ log',
        Buffer.from(chunk).toString('base64'),
        '@@ end',
      ];
      return Promise.resolve(probe.parse(Buffer.from(`${said.join('\n')}\n`)));
    },
    close: () => undefined,
  };
  const context: FollowContext = {
    link,
    limits: defaultFollowLimits,
    now: () => now,
    random: () => 0.5,
    sleep: ms => {
      seen.slept.push(ms);
      now += ms;
      return Promise.resolve();
    },
    signal: new AbortController().signal,
    onLog: chunk => {
      seen.chunks.push(chunk);
      seen.log += Buffer.from(chunk).toString();
      return Promise.resolve();
    },
    onAway: reason => seen.away.push(reason),
    ...stated,
  };
  return {seen, follow: (offset = 0) => followJob(exampleJob, offset, context)};
};

describe('a job that is followed', () => {
  it('is looked at every second until it ended', async () => {
    const {seen, follow} = following((offset, looks) =>
      looks < 4
        ? report({state: 'running', logBytes: looks}, 'abcd'.slice(offset, looks))
        : report({state: 'ended', rc: 3, logBytes: 4}, 'abcd'.slice(offset)),
    );
    expect(await follow()).toEqual({state: 'ended', rc: 3, logBytes: 4});
    expect(seen).toMatchObject({log: 'abcd', away: [], slept: [1000, 1000, 1000], offsets: [0, 1, 2, 3]});
  });

  it('hands over the whole log of a job that ended before it says so, without waiting', async () => {
    const text = 'x'.repeat(150_000);
    const {seen, follow} = following(offset =>
      report({state: 'ended', rc: 0, logBytes: text.length}, text.slice(offset, offset + 65_536)),
    );
    expect(await follow()).toMatchObject({state: 'ended'});
    expect(seen.log).toBe(text);
    expect(seen.slept).toEqual([]);
    expect(seen.offsets).toEqual([0, 65_536, 131_072]);
  });

  it('goes on where the log is known, as after a console that went away', async () => {
    const {seen, follow} = following(offset =>
      report({state: 'ended', rc: 0, logBytes: 10}, '0123456789'.slice(offset)),
    );
    await follow(7);
    expect(seen.log).toBe('789');
  });

  it('does not wait for a log that is shorter than it says', async () => {
    const {follow} = following(() => report({state: 'died', logBytes: 50}));
    expect(await follow()).toEqual({state: 'died', logBytes: 50});
  });

  it.each<JobState>([
    {state: 'interrupted', logBytes: 0},
    {state: 'died', logBytes: 0},
    {state: 'never-started'},
    {state: 'replaced', reason: ''},
  ])('gives back what became of it: %j', async state => {
    expect(await following(() => report(state)).follow()).toEqual(state);
  });
});

describe('a link that is away', () => {
  it('is tried again, said once for each outage, and nothing of the log is lost or twice', async () => {
    const down = new Set([2, 3, 4, 6]);
    const {seen, follow} = following((offset, looks) => {
      if (down.has(looks)) throw fault('ssh.timeout');
      return looks < 8
        ? report({state: 'running', logBytes: looks}, '12345678'.slice(offset, looks))
        : report({state: 'ended', rc: 0, logBytes: 8}, '12345678'.slice(offset));
    });
    expect(await follow()).toMatchObject({state: 'ended', rc: 0});
    expect(seen.log).toBe('12345678');
    expect(seen.away).toEqual(['it is ssh.timeout', 'it is ssh.timeout']);
    // Each outage is met more slowly, and the next one anew.
    expect(seen.slept.filter(ms => ms >= 2000)).toEqual([2000, 4000, 8000, 2000]);
  });

  it('is given up after fifteen minutes, not before', async () => {
    const {seen, follow} = following(() => {
      throw fault('ssh.refused');
    });
    expect(await follow()).toBe('lost');
    const waited = seen.slept.reduce((sum, ms) => sum + ms, 0);
    expect(waited).toBeGreaterThan(15 * 60_000);
    expect(waited).toBeLessThanOrEqual(15 * 60_000 + 32_000);
    expect(seen.slept.slice(0, 7)).toEqual([2000, 4000, 8000, 16_000, 32_000, 32_000, 32_000]);
    expect(seen.away).toHaveLength(1);
  });

  it('has its fifteen minutes anew after each answer', async () => {
    // Looks in so many minutes: four in the first half, then one in 32 s.
    const minutes = (n: number): number => 4 + Math.floor((n * 60 - 30) / 32);
    const {follow} = following((_, looks) => {
      if (looks === minutes(14)) return report({state: 'running', logBytes: 0});
      if (looks < 2 * minutes(14)) throw fault('ssh.closed');
      return report({state: 'ended', rc: 0, logBytes: 0});
    });
    expect(await follow()).toMatchObject({state: 'ended'});
  });

  it('waits a little differently each time, so that hosts do not come back all at once', async () => {
    let n = 0;
    const {seen, follow} = following(
      (_, looks) => {
        if (looks < 5) throw fault('ssh.closed');
        return report({state: 'ended', rc: 0, logBytes: 0});
      },
      {random: () => (n++ % 3) / 2},
    );
    await follow();
    expect(seen.slept).toEqual([1000, 4000, 12_000, 8000]);
  });

  it('whatever comes between, the log is whole, in order and never twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({minLength: 1, maxLength: 400}),
        fc.array(fc.oneof(fc.constant('away' as const), fc.nat(80)), {maxLength: 40}),
        async (text, looks) => {
          const whole = Buffer.from(text);
          let grown = 0;
          let at = 0;
          const {seen, follow} = following(offset => {
            const look = looks[at++];
            if (look === 'away') throw fault('host.lost');
            grown = look === undefined ? whole.length : Math.min(whole.length, grown + look);
            const chunk = whole.subarray(offset, Math.min(grown, offset + 16));
            const state: JobState =
              look === undefined
                ? {state: 'ended', rc: 0, logBytes: whole.length}
                : {state: 'running', logBytes: grown};
            return {state, chunk};
          });
          expect(await follow()).toMatchObject({state: 'ended'});
          expect(Buffer.concat(seen.chunks)).toEqual(whole);
        },
      ),
    );
  });
});

describe('what ends the following at once', () => {
  it.each(['ssh.host-key-changed', 'become.wrong-password', 'host.too-much-output'])(
    'a fault that does not pass by itself: %s',
    async code => {
      const {seen, follow} = following(() => {
        throw fault(code);
      });
      expect(await rejection(follow())).toMatchObject({code});
      expect(seen.slept).toEqual([]);
    },
  );

  it('a fault of the program itself', async () => {
    const {follow} = following(() => {
      throw new TypeError('a bug');
    });
    expect(await rejection(follow())).toBeInstanceOf(TypeError);
  });

  it('a log that cannot be kept: it is not passed over', async () => {
    const {follow} = following(() => report({state: 'running', logBytes: 1}, 'x'), {
      onLog: () => Promise.reject(fault('store.disk-full')),
    });
    expect(await rejection(follow())).toMatchObject({code: 'store.disk-full'});
  });

  it.each(['while it waits', 'while the link is away'])('a console that goes, %s', async when => {
    const closing = new AbortController();
    const {seen, follow} = following(
      () => {
        if (when === 'while the link is away') throw fault('ssh.closed');
        return report({state: 'running', logBytes: 0});
      },
      {
        signal: closing.signal,
        sleep: () => {
          closing.abort(new Error('the console is closing'));
          return Promise.reject(new Error('aborted'));
        },
      },
    );
    expect(await rejection(follow())).toBeInstanceOf(Error);
    expect(seen.offsets).toEqual([0]);
  });
});

test.each([
  ['ssh.refused', true],
  ['ssh.timeout', true],
  ['ssh.unreachable', true],
  ['ssh.closed', true],
  ['host.lost', true],
  ['host.deadline', true],
  ['host.bad-answer', true],
  ['ssh.host-key-changed', false],
  ['ssh.host-key-unknown', false],
  ['ssh.authentication', false],
  ['become.wrong-password', false],
  ['ssh.unresolved', false],
  ['host.too-much-output', false],
  ['store.disk-full', false],
])('%s passes by itself: %s', (code, passes) => {
  expect(isLinkTrouble(fault(code))).toBe(passes);
});
