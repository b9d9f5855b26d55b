import {z} from 'zod';
import {managerIdSchema, notInstalledClassSchema} from './package.ts';

export const patchIdSchema = z.string().min(3).max(400);

/** What an operator decides on: one source package going to one version, on all hosts where it is pending. */
export const patchSchema = z.object({
  /** `apt:openssl@3.0.17-1~deb12u2` */
  id: patchIdSchema,
  manager: managerIdSchema,
  source: z.string(),
  version: z.string(),
  /** The binary packages of it that are pending somewhere. */
  packages: z.array(z.string()),
  origin: z.string(),
  security: z.boolean(),
  hosts: z.array(z.string()),
  /** Hosts where the plain upgrade would not install it, with the class. */
  notInstalled: z.array(z.object({host: z.string(), why: notInstalledClassSchema})),
  cves: z.array(z.string()),
  /** `changelog`, or why there are none to show: unknown is said. */
  cveSource: z.string(),
  exploited: z.array(
    z.object({cve: z.string(), since: z.string(), due: z.string(), ransomware: z.boolean()}),
  ),
  /** 0 to 100; null: too little is known to say. */
  score: z.number().nullable(),
  /** The sentence that says why it ranks where it does, missing inputs named. */
  why: z.string(),
  /** What the reason could not take into account. */
  missing: z.array(z.string()),
});
export type Patch = z.infer<typeof patchSchema>;

/** The ranked list, kept as a file by digest. */
export const rankingSchema = z.object({
  v: z.literal(1),
  at: z.string(),
  /** Where each input came from and how old it is, one sentence each. */
  inputs: z.array(z.string()),
  patches: z.array(patchSchema),
});
export type Ranking = z.infer<typeof rankingSchema>;

export const patchId = (manager: string, source: string, version: string): string =>
  `${manager}:${source}@${version}`;
