import type {Regression} from '../model/facts.ts';
import type {ManagerId} from '../model/package.ts';
import {patchId} from '../model/patch.ts';
import type {HostPlan} from '../model/plan.ts';
import {scanSchema} from '../model/scan.ts';
import {hostRecord, managersOn, readDocument, type RunContext} from './context.ts';

/** The planned patches that these packages belong to. */
export const patchesOf = async (
  context: RunContext,
  plan: HostPlan,
  packages: readonly {manager: ManagerId; name: string}[],
): Promise<string[]> => {
  const {scan} = hostRecord(context, plan.host);
  if (scan === undefined || packages.length === 0) return [];
  const {updates} = await readDocument(context, scan.file, scanSchema);
  const named = updates
    .filter(update => packages.some(({manager, name}) => manager === update.manager && name === update.name))
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
  const packages: {manager: ManagerId; name: string}[] = [];
  for (const {unit} of regressions) {
    if (unit === undefined) continue;
    for (const {id, owners} of managersOn(context, plan.host)) {
      for (const name of await context.link(plan.host).ask(owners, {unit}))
        packages.push({manager: id, name});
    }
  }
  const suspects = await patchesOf(context, plan, packages);
  return suspects.length > 0 ? suspects : plan.patches;
};
