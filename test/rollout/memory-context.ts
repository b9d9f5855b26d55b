import {createHash} from 'node:crypto';
import type {Link} from '../../src/jobs/link.ts';
import type {Manager} from '../../src/managers/manager.ts';
import {createManagers} from '../../src/managers/registry.ts';
import type {Host} from '../../src/model/host.ts';
import type {Signal} from '../../src/model/job.ts';
import type {Body, BodyOf, Event} from '../../src/record/event.ts';
import {Fold} from '../../src/record/fold.ts';
import type {HostRecord} from '../../src/record/state.ts';
import {defaultFollowLimits} from '../../src/jobs/follow.ts';
import {defaultRolloutLimits, type RolloutLimits, type RunContext} from '../../src/rollout/context.ts';
import {createVirtualClock, type VirtualClock} from '../faults/virtual-clock.ts';

/** What stages and roll-outs work with, in memory: a real fold under it, a clock that nobody waits for. */
export type MemoryContext = RunContext & {
  readonly clock: VirtualClock;
  /** What was recorded, in order; after what the context began with. */
  readonly recorded: Body[];
  readonly signals: Signal[];
  /** What was recorded of one type, in order. */
  of<Type extends Body['type']>(type: Type): BodyOf<Type>[];
  /** The phases a host went through. */
  phasesOf(host: string): string[];
  recordOf(name: string): HostRecord;
  /** The console goes. */
  close(): void;
};

type Options = {
  hosts: readonly Host[];
  limits?: Partial<RolloutLimits>;
  clock?: VirtualClock;
  link?: (host: string) => Link;
  /** In place of those of distributions. */
  managers?: readonly Manager[];
  /** Called before each event is on disk; what it throws is what the disk says. */
  beforeRecord?: (body: Body) => void;
};

const start = Date.parse('2026-11-24T03:00:00Z');

export const createMemoryContext = (options: Options): MemoryContext => {
  const clock = options.clock ?? createVirtualClock(start);
  const fold = new Fold();
  const files = new Map<string, Uint8Array>();
  const logs = new Map<string, Buffer>();
  const waiting = new Set<() => void>();
  const closing = new AbortController();
  const recorded: Body[] = [];
  const signals: Signal[] = [];
  let seq = 0;
  let ids = 0;
  const apply = (body: Body): void => {
    const event: Event = {
      v: 1,
      seq: ++seq,
      prevHash: '0'.repeat(64),
      ts: new Date(clock.now()).toISOString(),
      actor: 'engine',
      ...body,
    };
    fold.apply(event);
    for (const look of [...waiting]) look();
  };
  const keep = (bytes: Uint8Array): string => {
    const digest = createHash('sha256').update(bytes).digest('hex');
    files.set(digest, bytes);
    return digest;
  };
  const paused = (): boolean => fold.state.run.paused !== undefined && fold.state.run.stopping === undefined;

  apply({type: 'run.started', data: {run: 'run-1', fleet: 'test', mode: 'live', inventory: '0'.repeat(64)}});
  for (const host of options.hosts) apply({type: 'host.included', data: {host}});

  const context: MemoryContext = {
    clock,
    recorded,
    signals,
    of: <Type extends Body['type']>(type: Type) =>
      recorded.filter((body): body is BodyOf<Type> => body.type === type),
    phasesOf: host =>
      recorded.flatMap(body =>
        body.type === 'host.phase' && body.data.host === host ? [body.data.phase] : [],
      ),
    recordOf: name => {
      const record = fold.state.hosts.get(name);
      if (record === undefined) throw new Error(`no host ${name}`);
      return record;
    },
    close: () => closing.abort(new Error('the console is closing')),
    state: () => fold.state,
    record: async body => {
      options.beforeRecord?.(body);
      // On disk a moment later: whoever does not wait for it is found out.
      await new Promise(resolve => setImmediate(resolve));
      recorded.push(body);
      apply(body);
    },
    put: document => Promise.resolve(keep(new TextEncoder().encode(JSON.stringify(document)))),
    read: digest => {
      const bytes = files.get(digest);
      return bytes === undefined ? Promise.reject(new Error(`no file ${digest}`)) : Promise.resolve(bytes);
    },
    appendLog: (job, chunk) => {
      logs.set(job, Buffer.concat([logs.get(job) ?? Buffer.alloc(0), chunk]));
      return Promise.resolve();
    },
    finishLog: job => Promise.resolve(keep(logs.get(job) ?? Buffer.alloc(0))),
    logBytes: job => Promise.resolve(logs.get(job)?.length ?? 0),
    link: host => {
      if (options.link === undefined) throw new Error(`${host} was asked, and nobody said how it answers`);
      return options.link(host);
    },
    managers: createManagers(options.managers),
    outside: {tcp: () => Promise.resolve(undefined), http: () => Promise.resolve(undefined)},
    signal: signal => signals.push(signal),
    limits: {...defaultFollowLimits, ...defaultRolloutLimits, ...options.limits},
    now: () => clock.now(),
    elapsed: () => clock.elapsed(),
    newId: () => (++ids).toString(16).padStart(32, '0'),
    random: () => 0.5,
    sleep: (ms, signal) => clock.sleep(ms, signal),
    closing: closing.signal,
    resumed: () =>
      new Promise((resolve, reject) => {
        if (closing.signal.aborted) reject(closing.signal.reason as Error);
        else if (!paused()) resolve();
        else {
          const look = (): void => {
            if (paused()) return;
            waiting.delete(look);
            resolve();
          };
          waiting.add(look);
          closing.signal.addEventListener('abort', () => reject(closing.signal.reason as Error));
        }
      }),
    underWay: new Map(),
    by: 'ana',
  };
  return context;
};
