import {z} from 'zod';
import {PatchdeckError} from '../model/error.ts';
import {factsSchema} from '../model/facts.ts';
import {installedPackageSchema} from '../model/package.ts';
import type {SoftwareAnswer} from '../model/software.ts';
import {members} from '../record/gates.ts';
import type {RunState} from '../record/state.ts';
import {asksFor, readQuestion} from '../report/software.ts';
import {gatherWhoHas} from '../report/who-has.ts';

/** The part of a scan that says what is installed. Of the packages only those that are asked for are looked at closer: there are many. */
const softwareSchema = z.object({
  host: z.string(),
  at: z.string(),
  facts: z.object({os: factsSchema.shape.os}),
  installed: z.array(z.unknown()),
});
const packagesSchema = z.array(installedPackageSchema);
const isNamed = (item: unknown): item is {name: string; source: string} =>
  typeof item === 'object' &&
  item !== null &&
  'name' in item &&
  'source' in item &&
  typeof item.name === 'string' &&
  typeof item.source === 'string';

/**
 * Answers "who has openssl 3.0.20?" from the scans of a run, one file after the other in the engine's thread. Throws `software.question`
 * for what names no software, and `software.none` where no host was scanned.
 */
export const readSoftware = async (
  state: RunState | undefined,
  read: (digest: string) => Promise<Uint8Array>,
  words: string,
): Promise<SoftwareAnswer> => {
  const question = readQuestion([words]);
  const taking = state === undefined ? [] : members(state);
  const scanned = taking.flatMap(({scan}) => (scan === undefined ? [] : [scan.file]));
  if (question === undefined || scanned.length === 0) throw nothingScanned();
  const gathered = gatherWhoHas(question);
  const isAsked = asksFor(question);
  for (const file of scanned) {
    const scan = softwareSchema.parse(JSON.parse(new TextDecoder().decode(await read(file))));
    const installed = scan.installed.filter(item => isNamed(item) && isAsked(item));
    gathered.look({...scan, installed: packagesSchema.parse(installed)});
  }
  return gathered.answer(taking.filter(({scan}) => scan === undefined).map(({host}) => host.name));
};

const nothingScanned = (): PatchdeckError =>
  new PatchdeckError(
    'input',
    'software.none',
    'no host was scanned yet, so what they have is unknown; nothing was looked for',
    'scan them with `patchdeck scan`',
  );
