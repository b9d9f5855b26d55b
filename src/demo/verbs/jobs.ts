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
  token: z.string().default(''),
  after: z.string().default(''),
});

/** Starts a job at most once: an id that is there is claimed, never started again. */
export const startJob: Verb = verb(250, startArguments, (host, args, now) => {
  const reply = (outcome: string, reason = ''): string => answer(['outcome', outcome], ['reason', reason]);
  if (args.machineId !== host.machineId) return reply('replaced', otherMachine);
  const {standing, known} = knowEpoch(host, args);
  if (standing === 'other') return reply('refused', takenOver(known, args.epoch));
  if (hasTraceOf(host, args.id)) return reply('claimed');
  if (args.after !== '' && !hasTraceOf(host, args.after)) return reply('replaced', noTraceOf(args.after));
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
  z.object({run: z.string(), epoch: z.number(), token: z.string()}),
  (host, args) => {
    const {standing, known} = knowEpoch(host, args);
    return answer(
      ['standing', standing],
      ['known', String(known)],
      ['machine', host.machineId],
      ['boot', host.boot],
    );
  },
);

/** What a host knows of a run after it was told a console's claim to it. */
export const knowEpoch = (
  host: DemoHost,
  {run, epoch, token}: {run: string; epoch: number; token: string},
): {standing: 'kept' | 'other'; known: number} => {
  const before = host.epochs.get(run) ?? {epoch: 0, token: ''};
  const now = before.epoch < epoch ? {epoch, token} : before;
  host.epochs.set(run, now);
  return {standing: now.epoch === epoch && now.token === token ? 'kept' : 'other', known: now.epoch};
};

export const takenOver = (known: number, epoch: number): string =>
  `the run was taken over by another console: epoch ${known} is known here, this console has ${epoch}${
    known === epoch ? ' (both took over the same record)' : ''
  }`;

/** Whether the host still knows of a job. */
export const hasTraceOf = (host: DemoHost, id: string): boolean => host.jobs.has(id) || host.ended.has(id);

const otherMachine = 'this is not the machine that was scanned (its machine-id differs)';
const noTraceOf = (id: string): string =>
  `job ${id} ended here and has left no trace: it was restored to an earlier state`;

const pollArguments = z.object({
  id: z.string(),
  machineId: z.string(),
  bootId: z.string(),
  offset: z.number(),
  after: z.string(),
});

/** State of a job and the next part of its log: rc first, then the boot, then whether it runs. */
export const pollJob: Verb = verb(60, pollArguments, (host, {id, machineId, bootId, offset, after}) => {
  const job = host.jobs.get(id);
  const report = (state: string, log: Buffer): string =>
    answer(
      ['state', state],
      ['size', String(log.length)],
      ['log', log.subarray(offset, offset + chunkBytes).toString('base64')],
    );
  if (job === undefined) {
    const empty = Buffer.alloc(0);
    const was = host.ended.get(id);
    if (was !== undefined) return report(/^\d/.test(was) ? `ended ${was}` : was, empty);
    if (machineId !== host.machineId) return report(`replaced ${otherMachine}`, empty);
    if (after !== '' && !hasTraceOf(host, after)) return report(`replaced ${noTraceOf(after)}`, empty);
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

/** Forgets a job that does not run, but for how it ended. */
export const removeJob: Verb = verb(
  80,
  z.object({id: z.string(), outcome: z.string()}),
  (host, {id, outcome}) => {
    const job = host.jobs.get(id);
    if (job !== undefined) {
      const cut = job.boot !== host.boot && (outcome === 'died' || outcome === 'interrupted');
      const was = job.rc === undefined ? (cut ? outcome : undefined) : String(job.rc);
      if (was === undefined) return answer(['answer', 'kept']);
      host.ended.set(id, was);
      host.jobs.delete(id);
    }
    return answer(['answer', 'gone']);
  },
);
