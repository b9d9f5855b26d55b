import type {Command} from 'commander';
import {z} from 'zod';
import {described, descriptionSchema, type Description} from '../src/inventory/description.ts';
import {selectHosts} from '../src/inventory/select.ts';
import {PatchdeckError} from '../src/model/error.ts';
import {hostSchema} from '../src/model/host.ts';
import {exitCodes} from './exit-code.ts';
import {check, repeated, withFlags, type Flags} from './flags.ts';
import {answer, hostTable, load} from './inventory-answer.ts';
import type {Output, Result} from './output.ts';

const {criticality, exposure, data} = hostSchema.shape;
const ownFlags = z.object({
  criticality,
  exposure,
  data,
  owner: z.string().optional(),
  tag: z.array(z.string()).optional(),
  unset: z.array(z.enum(described)).default([]),
});

export const addInventorySet = (inventory: Command): void => {
  withFlags(inventory.command('set'))
    .argument('<hosts...>', 'names, groups, globs or tag:x')
    .option('--criticality <c>', 'low, medium, high or critical')
    .option('--exposure <e>', 'isolated, internal or internet')
    .option('--data <d>', 'public, internal, confidential or regulated')
    .option('--owner <name>', 'who answers for them')
    .option('--tag <tag>', 'their tags in the overlay; may be repeated', repeated)
    .option('--unset <what>', `take back: ${described.join(', ')}; may be repeated`, repeated)
    .description('says something of hosts in the overlay beside the inventory, which itself is only read')
    .addHelpText('after', '\nExample:\n  patchdeck inventory set web --criticality high --owner shop\n')
    .action((patterns: string[], raw: unknown) =>
      answer('inventory set', raw, (flags, output) => setHosts(patterns, raw, flags, output)),
    );
};

const setHosts = async (
  patterns: readonly string[],
  raw: unknown,
  flags: Flags,
  output: Output,
): Promise<Result> => {
  const {tag, unset, ...stated} = check(ownFlags, raw);
  const description: Description = {
    ...Object.fromEntries(unset.map(key => [key, null])),
    ...Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined)),
    ...(tag === undefined ? {} : {tags: tag}),
  };
  if (Object.keys(description).length === 0) {
    throw new PatchdeckError(
      'input',
      'inventory.nothing-to-set',
      'it is not said what to set; nothing was changed',
      'name it, as --criticality high, or take it back, as --unset owner',
    );
  }
  const wrong = descriptionSchema.safeParse(description).error?.issues[0];
  if (wrong !== undefined) {
    throw new PatchdeckError(
      'input',
      'inventory.description',
      `${String(wrong.path[0])} cannot be said so: ${wrong.message}; nothing was changed`,
      'say it in another way, or take it back with --unset',
    );
  }
  const found = await load(flags, flags.inventory, output, {mayBeNew: true});
  const names = selectHosts(found.inventory, patterns, flags.exclude).map(({name}) => name);
  const {editOverlay} = await import('../src/inventory/edit-overlay.ts');
  await editOverlay(found.overlay, names, description);
  const now = await load(flags, flags.inventory, output);
  const hosts = now.inventory.hosts.filter(({name}) => names.includes(name));
  output.print(hostTable(hosts));
  const summary = `${names.length} hosts described in ${found.overlay}; a run that is open goes on as it was begun`;
  return {exit: exitCodes.done, summary, hosts, problems: []};
};
