import {z} from 'zod';
import {customManagerSchema} from '../model/custom.ts';
import {asideKinds, asideSchema, hostSchema} from '../model/host.ts';

const {
  port,
  become,
  transport,
  jump,
  runsOn,
  criticality,
  exposure,
  data,
  wave,
  canary,
  smoke,
  silence,
  drain,
  tried,
  custom,
} = hostSchema.shape;

const user = z
  .string()
  .regex(/^[^\s\p{C}-][^\s\p{C}]{0,63}$/u, 'a user name has no blanks and does not begin with "-"');
const word = z
  .string()
  .regex(
    /^[\p{L}\p{N}_][\p{L}\p{N}_.:/=@-]{0,99}$/u,
    'a tag is one word of letters, digits and _ . : / = @ -',
  );
const phrase = z.string().regex(/^[^\p{C}]{1,200}$/u, 'one line of 1 to 200 characters');

/** What defaults, groups and hosts can all state. The later of defaults < groups < host holds. */
const settings = {
  user: user.optional(),
  port,
  become: become.optional(),
  transport,
  jump,
  runsOn,
  criticality,
  exposure,
  data,
  wave: wave.optional(),
  owner: phrase.optional(),
  tags: z.array(word).optional(),
  smoke: smoke.optional(),
  silence,
  drain,
  tried,
  custom,
};

const defaultsSchema = z.strictObject(settings);
const groupSchema = z.strictObject({
  ...settings,
  canary: canary.optional(),
  oneAtATime: z.boolean().optional(),
});
export const hostEntrySchema = z.strictObject({
  ...settings,
  canary: canary.optional(),
  // What it may look like is checked with the other addresses, in cross-checks.ts.
  address: z.string().optional(),
  groups: z.array(z.string()).optional(),
});

/** The inventory file as it is written. */
export const inventoryFileSchema = z.strictObject({
  fleet: z.string().regex(/^[^\p{C}\s][^\p{C}]{0,59}$/u, "a fleet's name has 1 to 60 characters on one line"),
  defaults: defaultsSchema.default({}),
  groups: z.record(z.string(), groupSchema).default({}),
  hosts: z.record(z.string(), hostEntrySchema),
});
export type InventoryFile = z.infer<typeof inventoryFileSchema>;
export type GroupEntry = z.infer<typeof groupSchema>;
export type HostEntry = z.infer<typeof hostEntrySchema>;

/**
 * The overlay beside an inventory that lacks things: the same settings by host and group, whose names may be globs. `ignore` leaves a
 * host of the inventory out of the fleet.
 */
export const overlaySchema = z.strictObject({
  fleet: inventoryFileSchema.shape.fleet.optional(),
  defaults: defaultsSchema.default({}),
  groups: z.record(z.string(), groupSchema).default({}),
  hosts: z
    .record(
      z.string(),
      z.strictObject({...hostEntrySchema.omit({groups: true}).shape, ignore: z.boolean().optional()}),
    )
    .default({}),
});
export type Overlay = z.infer<typeof overlaySchema>;
export const emptyOverlay: Overlay = {defaults: {}, groups: {}, hosts: {}};

/** Settings that were checked one by one, as an entry. */
export const hostEntry = (settings: Readonly<Record<string, unknown>>): HostEntry =>
  hostEntrySchema.parse(settings);

/** The keys that are allowed at a path of the file; none where the path leads to no map. */
export const allowedKeys = (path: readonly PropertyKey[]): string[] => {
  const [section] = path;
  if (section === undefined) return Object.keys(inventoryFileSchema.shape);
  if (path.includes('smoke')) return path.at(-1) === 'http' ? ['url', 'status'] : smokeKinds;
  if (asideKinds.some(kind => path.includes(kind))) return Object.keys(asideSchema.shape);
  if (path.includes('custom')) return Object.keys(customManagerSchema.shape);
  if (section === 'defaults') return Object.keys(defaultsSchema.shape);
  return Object.keys((section === 'groups' ? groupSchema : hostEntrySchema).shape);
};

export const smokeKinds = ['unit', 'tcp', 'http', 'command'];
