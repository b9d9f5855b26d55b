import {z} from 'zod';
import type {Host} from '../model/host.ts';
import {omit} from '../record/omit.ts';
import {hostEntrySchema} from './schema.ts';

const {criticality, exposure, data, owner, tags} = hostEntrySchema.shape;

/** What can be said of a host besides how it is reached and patched. */
export const described = ['criticality', 'exposure', 'data', 'owner', 'tags'] as const;

/** What is said of hosts from a console or the command line; null takes it back, and what is absent stays. */
export const descriptionSchema = z.strictObject({
  criticality: criticality.unwrap().nullable().exactOptional(),
  exposure: exposure.unwrap().nullable().exactOptional(),
  data: data.unwrap().nullable().exactOptional(),
  owner: owner.unwrap().nullable().exactOptional(),
  tags: tags.unwrap().max(50).nullable().exactOptional(),
});
export type Description = z.infer<typeof descriptionSchema>;

/** The same as one text, for comparing and for people. `not stated` where nobody says it. */
export const saidOf = (host: Host, what: (typeof described)[number]): string => {
  const value = host[what];
  return (typeof value === 'object' ? [...value].sort().join(' ') : value) || 'not stated';
};

/** A host with what another reading of the inventory says of it; how it is reached stays. */
export const describedAs = (host: Host, {criticality, exposure, data, owner, tags}: Host): Host => ({
  ...omit(host, 'criticality', 'exposure', 'data', 'owner'),
  ...(criticality === undefined ? {} : {criticality}),
  ...(exposure === undefined ? {} : {exposure}),
  ...(data === undefined ? {} : {data}),
  ...(owner === undefined ? {} : {owner}),
  tags,
});
