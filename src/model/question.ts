import {z} from 'zod';

/** What the engine has to ask a person before it can go on. Answers are never journaled: some are secrets. */
export const questionSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('host-key'),
    id: z.string(),
    host: z.string(),
    address: z.string(),
    keyType: z.string(),
    /** `SHA256:...`, as OpenSSH prints it. */
    fingerprint: z.string(),
  }),
  z.object({
    kind: z.literal('secret'),
    id: z.string(),
    host: z.string(),
    what: z.enum(['ssh-password', 'key-passphrase', 'become-password', 'one-time-code']),
    /** Who asks and for what, cleaned. */
    prompt: z.string(),
  }),
  /** Nothing is to be answered: it is taken away when it holds no longer, or when it was read (`null`). */
  z.object({kind: z.literal('notice'), id: z.string(), host: z.string(), text: z.string()}),
]);
export type Question = z.infer<typeof questionSchema>;

/** `null`: not answered; what needed it is not done. */
export const answerSchema = z.union([
  z.enum(['refuse', 'once', 'remember']),
  z.object({secret: z.string()}),
  z.null(),
]);
export type Answer = z.infer<typeof answerSchema>;

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
/** The question is taken away, as if not answered, when the signal aborts. */
export type Asker = (question: WithoutId<Question>, signal?: AbortSignal) => Promise<Answer>;
