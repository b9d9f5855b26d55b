import {join} from 'node:path';
import {z} from 'zod';
import {PatchdeckError} from '../model/error.ts';
import {jsonWithin} from '../model/json.ts';
import {digestSchema} from '../record/event.ts';
import {readDurable, writeDurable} from './durable-file.ts';

/** Where a journal stood at a moment, signed by an operator: who rewrites the journal later cannot make this anew. */
export const headSchema = z.object({
  seq: z.int().min(1),
  hash: digestSchema,
  at: z.string(),
  by: z.string().max(100),
  /** As `ssh-keygen -Y sign` writes it (PROTOCOL.sshsig); absent where no key was named. */
  signature: z.string().max(20_000).exactOptional(),
});
export type SignedHead = z.infer<typeof headSchema>;

const maxBytes = 16 * 1024 * 1024;

export const headsFile = (directory: string): string => join(directory, 'heads.jsonl');

/** The text that is signed: the run too, so that a head of one run is none of another. */
export const headText = (run: string, {seq, hash}: Pick<SignedHead, 'seq' | 'hash'>): string =>
  `patchdeck run ${run} event ${seq} sha256 ${hash}\n`;

/** Heads kept with a run, oldest first. Throws `heads.damaged` for a line that is none. */
export const readHeads = async (directory: string): Promise<SignedHead[]> => {
  const path = headsFile(directory);
  const bytes = await readDurable(path, {maxBytes});
  if (bytes === undefined) return [];
  return new TextDecoder()
    .decode(bytes)
    .split('\n')
    .filter(line => line !== '')
    .map((line, index) => {
      const parsed = headSchema.safeParse(tryJson(line));
      if (parsed.success) return parsed.data;
      throw new PatchdeckError(
        'outside',
        'heads.damaged',
        `line ${index + 1} of ${path} is not what it was; the run cannot be verified by it`,
        'compare with a copy, or with what the hosts have in their syslog',
      );
    });
};

export const addHead = async (directory: string, head: SignedHead): Promise<void> => {
  const path = headsFile(directory);
  const before = (await readDurable(path, {maxBytes})) ?? new Uint8Array();
  await writeDurable(path, Buffer.concat([before, Buffer.from(`${JSON.stringify(head)}\n`)]));
};

const tryJson = (line: string): unknown => {
  try {
    return jsonWithin(new TextEncoder().encode(line), {maxBytes: 64 * 1024, maxDepth: 4});
  } catch {
    return undefined;
  }
};
