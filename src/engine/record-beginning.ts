import type {Body} from '../record/event.ts';
import type {RunStore} from '../store/run-store.ts';
import {thisMachine} from '../store/this-machine.ts';
import type {EngineSettings} from './settings.ts';

/** In one turn, so in one write: a run has all its hosts or was never begun. One that lost some on the way would look whole. */
export const recordBeginning = async (
  store: RunStore,
  fleet: NonNullable<EngineSettings['fleet']>,
  {mode, operator}: EngineSettings,
): Promise<void> => {
  const inventory = await store.put(new TextEncoder().encode(fleet.text));
  const taking = new Set(fleet.hosts);
  const included = fleet.inventory.hosts.filter(host => taking.has(host.name));
  const bodies: Body[] = [
    {
      type: 'run.started',
      data: {run: store.id, fleet: fleet.inventory.fleet, mode, inventory, ...thisMachine()},
    },
    ...included.map((host): Body => ({type: 'host.included', data: {host}})),
  ];
  await Promise.all(bodies.map(body => store.record(body, `operator ${operator}`)));
};
