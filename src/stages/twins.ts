import {members} from '../record/gates.ts';
import type {HostRecord} from '../record/state.ts';
import type {RunContext} from '../rollout/context.ts';

/**
 * Finds hosts of the inventory that are one machine: with the same machine-id and host key, the first takes part and the others are left out,
 * or one machine would be upgraded twice, at once. The same machine-id with another host key is a copy of a machine that kept its id: it is
 * warned of, as what goes by machine-id (leases, logs, DHCP) takes the two for one.
 */
export const tellTwinsApart = async (context: RunContext): Promise<void> => {
  const known = members(context.state()).filter(record => (record.scan?.machineId ?? '') !== '');
  for (const [machineId, same] of Map.groupBy(known, record => record.scan?.machineId ?? '')) {
    if (same.length < 2) continue;
    const byKey = [...Map.groupBy(same, record => record.scan?.hostKey ?? record.host.name).values()];
    for (const [first, ...others] of byKey) {
      for (const other of others) await leaveOut(context, other, first);
    }
    if (byKey.length > 1)
      await warn(
        context,
        byKey.flatMap(([first]) => first ?? []),
        machineId,
      );
  }
};

const leaveOut = async (
  context: RunContext,
  record: HostRecord,
  first: HostRecord | undefined,
): Promise<void> => {
  const reason = `it is ${first?.host.name ?? 'another host'} under another name: same machine-id and host key`;
  await context.record({type: 'host.left-out', data: {host: record.host.name, reason}});
};

const warn = async (context: RunContext, clones: readonly HostRecord[], machineId: string): Promise<void> => {
  for (const {host} of clones) {
    const others = clones.map(record => record.host.name).filter(name => name !== host.name);
    const trouble = {
      code: 'host.clone',
      what: `${host.name} has the machine-id of ${others.slice(0, 5).join(', ')} (${machineId.slice(0, 8)}...) and another host key: one is a copy of the other`,
      next: 'give the copy an id of its own (systemd-machine-id-setup), then scan again',
    };
    await context.record({type: 'host.trouble', data: {host: host.name, trouble}});
  }
};
