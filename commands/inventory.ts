import {writeFile} from 'node:fs/promises';
import type {Command} from 'commander';
import {z} from 'zod';
import type {LoadedInventory} from '../src/inventory/load.ts';
import {selectHosts} from '../src/inventory/select.ts';
import {PatchdeckError} from '../src/model/error.ts';
import type {Host} from '../src/model/host.ts';
import {exitCodes} from './exit-code.ts';
import {check, withFlags, type Flags} from './flags.ts';
import {answer, hostTable, load} from './inventory-answer.ts';
import {addInventorySet} from './inventory-set.ts';
import type {Output, Result} from './output.ts';

export const addInventory = (program: Command): void => {
  const inventory = program
    .command('inventory')
    .description('the hosts that patchdeck works on')
    .addHelpText('after', "\nExample:\n  patchdeck inventory list 'tag:eu'\n");
  withFlags(inventory.command('list', {isDefault: true}))
    .argument('[hosts...]', 'names, groups, globs or tag:x; none means all')
    .description('every host with what is known of it')
    .addHelpText('after', "\nExample:\n  patchdeck inventory list 'tag:eu'\n")
    .action((patterns: string[], raw: unknown) =>
      answer('inventory list', raw, async (flags, output) => {
        const found = await load(flags, flags.inventory, output);
        const hosts = selectHosts(found.inventory, patterns, flags.exclude);
        output.print(hostTable(hosts));
        return {exit: exitCodes.done, summary: summaryOf(found, hosts), hosts, problems: []};
      }),
    );
  withFlags(inventory.command('check'))
    .description('every mistake of the inventory and its overlay, with its line and column')
    .addHelpText('after', '\nExample:\n  patchdeck inventory check --inventory /etc/ansible/hosts\n')
    .action((raw: unknown) =>
      answer('inventory check', raw, async (flags, output) => {
        const found = await load(flags, flags.inventory, output);
        const hosts = selectHosts(found.inventory, [], flags.exclude);
        const {format, notices} = found;
        return {exit: exitCodes.done, summary: summaryOf(found, hosts), hosts, format, notices, problems: []};
      }),
    );
  withFlags(inventory.command('import'))
    .argument('<file>', 'of Ansible, ssh or CSV, or a program that prints JSON; FILE:FORMAT names its form')
    .option('--output <file>', 'write it there instead of stdout')
    .description('an inventory of another program as one of patchdeck: read once, then yours to edit')
    .addHelpText(
      'after',
      '\nExample:\n  patchdeck inventory import production/hosts.yml --output patchdeck.yaml\n',
    )
    .action((file: string, raw: unknown) =>
      answer('inventory import', raw, (flags, output) => importFile(file, raw, flags, output)),
    );
  addInventorySet(inventory);
};

const importFile = async (file: string, raw: unknown, flags: Flags, output: Output): Promise<Result> => {
  const own = check(z.object({output: z.string().optional()}), raw);
  const found = await load(flags, file, output);
  const {renderInventory, withPlainGroups} = await import('../src/inventory/render.ts');
  const {inventory, notices} = withPlainGroups(found.inventory);
  for (const notice of notices) output.say(`! ${notice}`);
  const text = renderInventory(inventory);
  const count = `${found.inventory.hosts.length} hosts`;
  const to = own.output;
  if (to === undefined) output.print(text.trimEnd());
  else await writeFile(to, text, {flag: 'wx', mode: 0o600}).catch((error: unknown) => refuse(to, error));
  const summary =
    to === undefined ? `${count} of ${found.format}` : `${count} of ${found.format} written to ${to}`;
  return {exit: exitCodes.done, summary, ...(flags.json ? {inventory: text} : {}), problems: []};
};

const summaryOf = ({path, inventory}: {path: string} & LoadedInventory, hosts: readonly Host[]): string =>
  `${path}: fleet ${inventory.fleet}, ${hosts.length} hosts, no mistakes`;

const refuse = (path: string, cause: unknown): never => {
  throw new PatchdeckError(
    'input',
    'inventory.not-written',
    `${path} could not be written: ${cause instanceof Error ? cause.message : String(cause)}; nothing was imported`,
    'name a file that does not exist yet, in a directory of yours',
    {cause},
  );
};
