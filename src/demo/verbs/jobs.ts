import {z} from 'zod';
import {runningJob, type DemoHost, type Job} from '../host.ts';
import {payloads} from '../payloads/all.ts';
import {play, write} from '../payloads/beat.ts';
import {answer, timestamp} from '../text.ts';
import {verb, type Verb} from './verb.ts';

/** rc of a job that found another one holding the host. */
const busyCode = 75;
const chunkBytes = 65_536;

const startArguments = z.object({
  id: z.string(),
  machineId: z.string(),
  spec: z.string(),
  payloadVerb: z.string(),
  payloadArgs: z.string(),
  run: z.string().default(''),
  epoch: z.number().default(1),
});

/** Starts a job at most once: an id that is there is claimed, never started again. */
export const startJob: Verb = verb(250, startArguments, (host, args, now) => {
  const reply = (outcome: string, reason = ''): string => answer(['outcome', outcome], ['reason', reason]);
  if (args.machineId !== host.machineId)
    return reply('refused', 'this is not the machine that was scanned (its machine-id differs)');
  const known = knowEpoch(host, args.run, args.epoch);
  if (known > args.epoch)
    return reply(
      'refused',
      `the run was taken over by another console: epoch ${known} is known here, this console has ${args.epoch}`,
    );
  if (host.jobs.has(args.id) || host.ended.has(args.id)) return reply('claimed');
  const other = runningJob(host);
  const spec = `${args.spec} at ${timestamp(now)}`;
  const job: Job = {id: args.id, spec, verb: args.payloadVerb, log: '', boot: host.boot};
  host.jobs.set(args.id, job);
  const payload = payloads.get(args.payloadVerb);
  if (other !== undefined) {
    write(job, [`busy: ${other.spec}`]);
    job.rc = busyCode;
  } else if (payload === undefined) {
    write(job, [`demo hosts do not know ${args.payloadVerb}`]);
    job.rc = 127;
  } else play(host, job, payload(host, JSON.parse(args.payloadArgs)), now);
  return reply('started');
});

/** Tells the host the epoch of a run. */
export const raiseEpoch: Verb = verb(
  80,
  z.object({run: z.string(), epoch: z.number()}),
  (host, {run, epoch}) =>
    answer(['known', String(knowEpoch(host, run, epoch))], ['machine', host.machineId], ['boot', host.boot]),
);

const knowEpoch = (host: DemoHost, run: string, epoch: number): number => {
  const known = Math.max(host.epochs.get(run) ?? 1, epoch);
  host.epochs.set(run, known);
  return known;
};

const pollArguments = z.object({
  id: z.string(),
  machineId: z.string(),
  bootId: z.string(),
  offset: z.number(),
});

/** State of a job and the next part of its log: rc first, then the boot, then whether it runs. */
export const pollJob: Verb = verb(60, pollArguments, (host, {id, machineId, bootId, offset}) => {
  const job = host.jobs.get(id);
  const report = (state: string, log: Buffer): string =>
    answer(
      ['state', state],
      ['size', String(log.length)],
      ['log', log.subarray(offset, offset + chunkBytes).toString('base64')],
    );
  if (job === undefined) {
    const empty = Buffer.alloc(0);
    const rc = host.ended.get(id);
    if (rc !== undefined) return report(`ended ${rc}`, empty);
    if (machineId !== host.machineId)
      return report('replaced its machine-id differs from the one that was scanned', empty);
    if (bootId !== host.boot)
      return report(
        'replaced it booted since and the job is not there: it was restored, or it never began',
        empty,
      );
    return report('never-started', empty);
  }
  const log = Buffer.from(job.log);
  if (job.rc !== undefined) return report(`ended ${job.rc}`, log);
  return report(job.boot === host.boot ? 'running' : 'interrupted', log);
});

/** Forgets a job that has ended, but for its rc. */
export const removeJob: Verb = verb(80, z.object({id: z.string()}), (host, {id}) => {
  const rc = host.jobs.get(id)?.rc;
  if (rc !== undefined) {
    host.ended.set(id, rc);
    host.jobs.delete(id);
  }
  return answer();
});
