import {z} from 'zod';
import {installedKernel} from '../archive.ts';
import {answer} from '../text.ts';
import {verb, type Verb} from './verb.ts';

/** What the host is. */
export const facts: Verb = verb(350, z.object({}), (host, _args, now) =>
  answer(
    [
      'os',
      [
        `PRETTY_NAME="${host.release.name}"`,
        'NAME="Debian GNU/Linux"',
        `VERSION_ID="${host.release.version}"`,
        `VERSION="${host.release.version} (${host.release.id})"`,
        `VERSION_CODENAME=${host.release.id}`,
        'ID=debian',
      ],
    ],
    ['arch', 'amd64'],
    ['kernel', host.runningKernel],
    ['newest', installedKernel(host)],
    ['boot', host.boot],
    ['machine', host.machineId],
    ['container', 'none'],
    ['clock', String(Math.floor(now / 1000))],
    ['zone', 'CET'],
    ['managers', ['apt']],
    ['held', [...host.held]],
    ['automatic', [...host.automatic].sort()],
    ['broken', brokenPackages(host)],
    ['reboot', [...host.rebootWanted].sort()],
  ),
);

/** What `dpkg --audit` names. */
export const brokenPackages = (host: Parameters<Verb['reply']>[0]): string[] =>
  [...host.packages.values()].filter(item => item.status !== 'ii').map(item => item.name);
