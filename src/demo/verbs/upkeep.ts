import {z} from 'zod';
import {runningJob, schedule} from '../host.ts';
import {reboot as rebootSoon, systemState} from '../power.ts';
import {answer} from '../text.ts';
import {hasTraceOf, knowEpoch, takenOver} from './jobs.ts';
import {verb, type Verb} from './verb.ts';

/** The number of the user a script runs as: everybody is root on a demo host. */
export const userId: Verb = verb(30, z.object({}), () => '0\n');

/** Which boot the host is in, and how far it has come. */
export const boot: Verb = verb(100, z.object({}), (host, _args, now) =>
  answer(['boot', host.boot], ['system', systemState(host, now)]),
);

/** Reboots once for a boot: asked by somebody who believes it in another, it does not. */
export const reboot: Verb = verb(
  150,
  z.object({bootId: z.string(), run: z.string(), epoch: z.number(), token: z.string()}),
  (host, args, now) => {
    const reply = (outcome: string, reason = ''): string => answer(['answer', outcome], ['reason', reason]);
    if (args.bootId !== host.boot) return reply('other-boot');
    const {standing, known} = knowEpoch(host, args);
    if (standing === 'other') return reply('taken-over', takenOver(known, args.epoch));
    const work = runningJob(host);
    if (work !== undefined) return reply('busy', work.spec);
    rebootSoon(host, now);
    return reply('asked');
  },
);

/** Which machine this is, and whether it still knows of a job. */
export const identity: Verb = verb(60, z.object({after: z.string()}), (host, {after}) =>
  answer(['machine', host.machineId], ['knows', after === '' || hasTraceOf(host, after) ? 'yes' : 'no']),
);

/** Holds the automatic updaters off until a time of the host's own clock. Asked again, the time begins anew. */
export const inhibitUpdaters: Verb = verb(200, z.object({seconds: z.number()}), (host, {seconds}, now) => {
  const {active, inhibited} = host.updaters;
  host.updaters = {active: [], inhibited: active.length > 0 ? active : inhibited};
  host.agenda = host.agenda.filter(due => due.act !== release);
  schedule(host, {at: now + seconds * 1000, act: release});
  return answer(['answer', host.updaters.inhibited.length > 0 ? 'held' : 'nothing']);
});

/** Lets them run again. */
export const releaseUpdaters: Verb = verb(200, z.object({}), host => {
  const had = host.updaters.inhibited.length > 0;
  release(host);
  return answer(['answer', had ? 'restored' : 'nothing']);
});

/** Sets the host aside until a time of its own clock: its commands are remembered, not run. */
export const startAside: Verb = verb(
  200,
  z.object({kind: z.string(), start: z.string(), end: z.string(), seconds: z.number()}),
  (host, {kind, start, end, seconds}, now) => {
    const until = now + seconds * 1000;
    host.aside.set(kind, {start, end, until});
    const act = (self: typeof host, at: number): void => {
      if ((self.aside.get(kind)?.until ?? at) <= at) self.aside.delete(kind);
    };
    schedule(host, {at: until, act});
    return answer(['failed', []], ['left', 'yes']);
  },
);

/** Ends that now. */
export const endAside: Verb = verb(200, z.object({kind: z.string()}), (host, {kind}) => {
  host.aside.delete(kind);
  return answer(['failed', []]);
});

const release = (host: Parameters<Verb['reply']>[0]): void => {
  host.updaters = {active: [...host.updaters.active, ...host.updaters.inhibited], inhibited: []};
  host.agenda = host.agenda.filter(due => due.act !== release);
};

/** Takes a line for its syslog. */
export const writeHead: Verb = verb(
  30,
  z.object({run: z.string(), seq: z.number(), hash: z.string()}),
  (host, {run, seq, hash}) => {
    host.syslog.push(`run ${run} event ${seq} sha256 ${hash}`);
    return answer();
  },
);
