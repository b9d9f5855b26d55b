import {z} from 'zod';
import {bodySchema, envelopeSchema, type Event} from '../record/event.ts';
import {slowingSchema} from './interface.ts';

/** What a console that holds a run tells those that follow it: lines of JSON over a socket in the run's directory. */
const statusSchema = z.object({
  interrupted: z.boolean(),
  busy: z.boolean(),
  failed: z.string().nullable(),
  notices: z.array(z.string()),
  /** Questions that wait for the operator there. */
  asked: z.array(z.string()),
});

const signalSchema = z.object({
  host: z.string(),
  percent: z.number().exactOptional(),
  line: z.string(),
  at: z.number(),
});

const eventSchema = z
  .unknown()
  .transform((raw): Event => ({...envelopeSchema.parse(raw), ...bodySchema.parse(raw)}));

export const toFollowerSchema = z.discriminatedUnion('type', [
  /** First: everything up to `seq` is in the journal, what comes later is sent. */
  z.object({type: z.literal('hello'), v: z.int(), seq: z.int(), status: statusSchema}),
  z.object({
    type: z.literal('batch'),
    events: z.array(eventSchema),
    signals: z.array(signalSchema).nullable(),
    status: statusSchema,
  }),
  /** To the one thing that was asked. */
  z.object({
    type: z.literal('answer'),
    answer: z.union([z.literal('ok'), z.object({code: z.string(), what: z.string(), next: z.string()})]),
  }),
]);
/** All that a follower may ask for: that the run is slowed down, or goes on. */
export const fromFollowerSchema = z.object({type: z.literal('ask'), command: slowingSchema});
export const maxAskBytes = 4096;
export type ToFollower = z.input<typeof toFollowerSchema>;
export type FollowStatus = z.infer<typeof statusSchema>;

/** In the run's directory, which is this user's alone. */
export const socketName = 'console.sock';
export const maxLineBytes = 64 * 1024 * 1024;
