import {z} from 'zod';

/** What the demo's thread is started with. */
export const demoDataSchema = z.object({directory: z.string(), speed: z.number().positive(), seed: z.int()});
export type DemoData = z.infer<typeof demoDataSchema>;

/** What it says once its hosts listen and its files are written, and what it says when they do not. */
export const demoMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ready'),
    inventoryText: z.string(),
    knownHostsFile: z.string(),
    identityFile: z.string(),
    kev: z.string(),
  }),
  z.object({type: z.literal('failed'), reason: z.string()}),
]);
export type DemoMessage = z.infer<typeof demoMessageSchema>;
