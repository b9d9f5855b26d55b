import {cleanLine} from '../model/clean.ts';
import type {PatchdeckError} from '../model/error.ts';
import type {Host} from '../model/host.ts';
import {unsupported} from './errors.ts';
import type {HostKeys} from './host-key.ts';
import type {Need, Target} from './target.ts';

export type Choice = {transport: 'ssh2' | 'system'; because: string};

/**
 * What carries commands to a host: the inventory's word, or the system's ssh where the configuration of the host or of a hop needs what ssh2 does not
 * have. Throws `ssh.unsupported` where ssh2 is demanded and cannot do it.
 */
export const chooseTransport = async (host: Host, target: Target, hostKeys: HostKeys): Promise<Choice> => {
  const chain = [...target.jumps, target];
  if (host.transport === 'system') return {transport: 'system', because: 'the inventory says so'};
  if (host.transport === 'ssh2') {
    for (const hop of chain) {
      const need = hop.needs.find(({firm}) => firm);
      if (need !== undefined) throw refused(target, hop, need);
    }
    return {transport: 'ssh2', because: 'the inventory says so'};
  }
  for (const hop of chain) {
    const certified = (await hostKeys.hasAuthority(hop)) ? ['host certificates'] : [];
    const reason = [...hop.needs.map(({what}) => what), ...certified][0];
    if (reason !== undefined) return {transport: 'system', because: `${hop.name} needs ${reason}`};
  }
  return {transport: 'ssh2', because: 'nothing needs more'};
};

const refused = (target: Target, hop: Target, {what}: Need): PatchdeckError =>
  unsupported(
    target,
    `${hop.name === target.name ? 'its' : `${cleanLine(hop.name)}'s`} ssh configuration has ${what}`,
    what === 'a ProxyCommand'
      ? 'take `transport: ssh2` out of the inventory, give it a ProxyJump to the same jump host, or an address that is reached directly'
      : "take `transport: ssh2` out of the inventory: the system's ssh obeys it",
  );
