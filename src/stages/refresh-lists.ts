import {hasCode} from '../model/error.ts';
import type {Link} from '../jobs/link.ts';
import type {Manager} from '../managers/manager.ts';

/** `failures`: why the lists are not fresh. `limits`: what the scan of a host without root cannot say, a sentence each. */
export type Refreshed = {failures: string[] | undefined; limits: string[]};

/** Refreshes the package lists of a host. Where nobody may be root there they are taken as they are, and that is said. */
export const refreshLists = async (link: Link, manager: Manager): Promise<Refreshed> => {
  try {
    const {fresh, failures} = await link.ask(manager.refresh, undefined);
    return {failures: fresh ? undefined : failures, limits: []};
  } catch (error) {
    if (!hasCode(error, 'become.none')) throw error;
    return {
      failures: undefined,
      limits: [
        `its package lists were not refreshed, which only root may: ${await ageOf(link, manager)}, and what is pending may be more`,
        'nothing can be installed or restarted there: the user is not root, and the inventory says become: none',
      ],
    };
  }
};

/** What a scan that takes the lists of a low-risk host as they are cannot say. */
export const shallowLimit = async (link: Link, manager: Manager): Promise<string> =>
  `a shallow scan, as the policy has it for hosts of low risk: the package lists were not refreshed (${await ageOf(link, manager)})${manager.glance === undefined ? '' : ', and what is kept back was not looked at'}; what is pending may be more`;

const ageOf = async (link: Link, manager: Manager): Promise<string> => {
  const at = manager.lists === undefined ? undefined : await link.ask(manager.lists, undefined);
  return at === undefined ? 'nobody knows how old they are' : `they are of ${moment(at)}`;
};

const moment = (seconds: number): string =>
  `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
