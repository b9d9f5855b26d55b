import {PatchdeckError} from '../src/model/error.ts';
import type {Flags} from './flags.ts';
import {askLine, canAsk} from './prompt.ts';
import type {Output} from './output.ts';

/**
 * Begins something that needs an inventory. Where none was found and others are there that could be used, a person is asked which one, and
 * it begins with that; everybody else gets the error, which names them.
 */
export const withInventory = async <T>(
  flags: Flags,
  output: Output,
  begin: (flags: Flags) => Promise<T>,
): Promise<T> => {
  try {
    return await begin(flags);
  } catch (error) {
    const isNoneFound = error instanceof PatchdeckError && error.code === 'inventory.missing';
    const isNamed = flags.inventory !== undefined || (process.env['PATCHDECK_INVENTORY'] ?? '') !== '';
    if (!isNoneFound || isNamed || !canAsk()) throw error;
    const inventory = await chosen(output);
    if (inventory === undefined) throw error;
    return begin({...flags, inventory});
  }
};

/** Which of the inventories that are there is meant; undefined for none of them. */
const chosen = async (output: Output): Promise<string | undefined> => {
  const {inventoriesThere} = await import('../src/inventory/load.ts');
  const offers = await inventoriesThere(process.env, process.cwd());
  if (offers.length === 0) return undefined;
  output.say('No inventory of patchdeck is here. It can begin with one of these, as it is:\n');
  const widest = Math.max(...offers.map(({shown}) => shown.length));
  for (const [i, {shown, what}] of offers.entries())
    output.say(`  ${i + 1}  ${shown.padEnd(widest)}  ${what}`);
  const said = await askLine(`\nWhich one? Type its number; enter alone for none: `);
  const offer = offers[Number(said?.trim() || Number.NaN) - 1];
  if (offer !== undefined) output.say(`next time: ${offer.command}`);
  return offer?.path;
};
