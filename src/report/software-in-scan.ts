import {z} from 'zod';
import {factsSchema} from '../model/facts.ts';
import {installedPackageSchema} from '../model/package.ts';
import {answer, asksFor, installedOn, type Question, type SoftwareRow} from './software.ts';

/** The part of a scan that says what is installed. Of its packages only those that are asked for are looked at closer: there are many. */
const scanSchema = z.object({
  host: z.string(),
  at: z.string(),
  facts: z.object({os: factsSchema.shape.os}),
  installed: z.array(z.unknown()),
});
const packagesSchema = z.array(installedPackageSchema);

/** What a scan, as its file has it, says is installed: what a question means, or everything. */
export const softwareInScan = (
  file: Uint8Array,
  question: Question | undefined,
): {at: string; rows: SoftwareRow[]} => {
  const scan = scanSchema.parse(JSON.parse(new TextDecoder().decode(file)));
  const isAsked = question === undefined ? undefined : asksFor(question);
  const installed = packagesSchema.parse(
    isAsked === undefined ? scan.installed : scan.installed.filter(item => isNamed(item) && isAsked(item)),
  );
  const all = installedOn([{...scan, installed}]);
  return {at: scan.at, rows: question === undefined ? all : answer(all, question)};
};

const isNamed = (item: unknown): item is {name: string; source: string} =>
  typeof item === 'object' &&
  item !== null &&
  'name' in item &&
  'source' in item &&
  typeof item.name === 'string' &&
  typeof item.source === 'string';
