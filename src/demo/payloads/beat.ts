import {scaled, schedule, type DemoHost, type Job} from '../host.ts';

/** A moment of a job: so long after the one before (ms at speed 1) these lines are logged, then something happens. */
export type Beat = {
  afterMs: number;
  lines?: readonly string[];
  act?: (host: DemoHost, now: number) => readonly string[] | undefined;
};

/** What a job will do, and the code it ends with: known at its end where it depends on what came of it. */
export type Score = {beats: readonly Beat[]; rc: number | ((host: DemoHost) => number)};

/** Work that runs as a job. Throws a ZodError for arguments that are not the payload's. */
export type Payload = (host: DemoHost, args: unknown) => Score;

/** Puts a job's beats on the host's agenda; its code is written after the last. */
export const play = (host: DemoHost, job: Job, score: Score, now: number): void => {
  let at = now;
  for (const beat of score.beats) {
    at += scaled(host, beat.afterMs);
    schedule(host, {
      at,
      job: job.id,
      act: (self, time) => {
        write(job, beat.lines);
        write(job, beat.act?.(self, time));
      },
    });
  }
  schedule(host, {
    at,
    job: job.id,
    act: self => {
      job.rc = typeof score.rc === 'number' ? score.rc : score.rc(self);
    },
  });
};

export const write = (job: Job, lines: readonly string[] | undefined): void => {
  if (lines !== undefined && lines.length > 0) job.log += `${lines.join('\n')}\n`;
};
