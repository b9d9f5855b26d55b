import {packagesOfUnit} from '../hosts/smoke.ts';
import type {Regression} from '../model/facts.ts';
import {patchId} from '../model/patch.ts';
import type {HostPlan} from '../model/plan.ts';
import {scanSchema} from '../model/scan.ts';
import {hostRecord, readDocument, type RunContext} from './context.ts';

/** The planned patches that these packages belong to. */
export const patchesOf = async (
  context: RunContext,
  plan: HostPlan,
  packages: ReadonlySet<string>,
): Promise<string[]> => {
  const {scan} = hostRecord(context, plan.host);
  if (scan === undefined || packages.size === 0) return [];
  const {updates} = await readDocument(context, scan.file, scanSchema);
  const named = updates
    .filter(update => packages.has(update.name))
    .map(update => patchId(update.manager, update.source, update.sourceVersion));
  return plan.patches.filter(id => named.includes(id));
};

/** The planned patches that may have caused regressions: those that have to do with
 * the units concerned; all of them where none can be named. */
export const suspectsOf = async (
  context: RunContext,
  plan: HostPlan,
  regressions: readonly Regression[],
): Promise<string[]> => {
  const packages = new Set<string>();
  for (const {unit} of regressions) {
    if (unit === undefined) continue;
    for (const name of await context.link(plan.host).ask(packagesOfUnit, {unit})) packages.add(name);
  }
  const suspects = await patchesOf(context, plan, packages);
  return suspects.length > 0 ? suspects : plan.patches;
};
