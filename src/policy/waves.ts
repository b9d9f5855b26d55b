import type {Host} from '../model/host.ts';

/**
 * Hosts by their wave, lowest number first, each wave in the order given. `withoutCanaries` leaves out the hosts that the test stage
 * deploys.
 */
export const waves = (hosts: readonly Host[], options: {withoutCanaries?: boolean} = {}): Host[][] => {
  const taking = options.withoutCanaries === true ? hosts.filter(host => !host.canary) : hosts;
  return [...Map.groupBy(taking, host => host.wave)].sort(([a], [b]) => a - b).map(([, wave]) => wave);
};

/** False while another member of one of its one-at-a-time groups is being worked on. */
export const mayRunTogether = (running: readonly Host[], next: Host): boolean =>
  !next.oneAtATime.some(group => running.some(host => host.oneAtATime.includes(group)));
