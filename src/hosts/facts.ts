import {linesOf, numberOf, sections, wordOf} from '../model/answer.ts';
import {clean, cleanLine} from '../model/clean.ts';
import {factsSchema, type Facts} from '../model/facts.ts';
import {defineScript, type Probe} from '../model/script.ts';
import {ofEach} from '../managers/registry.ts';
import {printBootIdentity, printMachineId} from '../jobs/boot-identity.ts';
import {printNewestKernel} from './newest-kernel.ts';

const verb = 'host.facts';

/**
 * What a host is. In containers the kernel is the machine's below and says nothing about the host's packages; elsewhere the
 * newest installed kernel of the running flavour is compared with the running one. Every manager is asked for its part at once: a host with
 * several is asked as often as one with one.
 */
export const facts: Probe<undefined, Facts> = {
  script: () =>
    defineScript(
      verb,
      {},
      `
export LC_ALL=C
echo '@@ os'; cat /etc/os-release 2>/dev/null || cat /usr/lib/os-release
echo '@@ arch'; dpkg --print-architecture 2>/dev/null || uname -m
echo '@@ kernel'; uname -r
echo '@@ newest'
${printNewestKernel()}
echo '@@ boot'; ${printBootIdentity}
echo '@@ machine'; ${printMachineId}
echo '@@ container'; systemd-detect-virt --container 2>/dev/null || { tr '\\0' '\\n' < /proc/1/environ 2>/dev/null | sed -n 's/^container=//p'; }
echo '@@ clock'; date +%s
echo '@@ zone'; date +%Z
echo '@@ managers'
${ofEach(({id, shell}) => `${shell.present} && echo ${id}`)}
echo '@@ held'
${ofEach(({shell}) => shell.held)}
echo '@@ automatic'
${ofEach(({shell}) => shell.automatic)}
echo '@@ broken'
${ofEach(({shell}) => shell.broken)}
echo '@@ reboot'
${ofEach(({shell}) => shell.rebootWanted)}
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const found = sections(verb, raw);
    const word = (name: string): string => cleanLine(wordOf(verb, found, name));
    const lines = (name: string): string[] => linesOf(verb, found, name).map(line => cleanLine(line));
    const release = readOsRelease(linesOf(verb, found, 'os'));
    const container = word('container');
    const reboot = lines('reboot');
    const unsaid = reboot.filter(isUnsaid).map(line => line.slice(2));
    const isContainer = container !== '' && container !== 'none';
    return factsSchema.parse({
      os: {
        id: release.get('ID') ?? 'unknown',
        version: release.get('VERSION_ID') ?? '',
        codename: release.get('VERSION_CODENAME') ?? '',
        name: release.get('PRETTY_NAME') ?? 'unknown',
      },
      arch: word('arch'),
      kernel: {running: word('kernel'), newest: isContainer ? null : word('newest') || null},
      bootId: word('boot'),
      machineId: word('machine'),
      container: isContainer ? container : null,
      clock: numberOf(verb, found, 'clock'),
      timeZone: word('zone'),
      managers: lines('managers'),
      held: lines('held'),
      automatic: lines('automatic'),
      broken: lines('broken'),
      rebootWanted: reboot.filter(line => !isUnsaid(line)),
      ...(unsaid.length === 0 ? {} : {rebootUnknown: unsaid}),
    });
  },
};

/** Whether the running kernel is older than the newest installed one, or a package asked for a reboot: one sentence each. */
export const rebootReasons = (host: Facts): string[] => [
  ...(host.rebootWanted.length > 0 ? [`asked for by ${host.rebootWanted.join(', ')}`] : []),
  ...(host.kernel.newest !== null && host.kernel.newest !== host.kernel.running
    ? [`kernel ${host.kernel.newest} is installed, ${host.kernel.running} runs`]
    : []),
];

/** A sentence where no reason for a reboot is known, and not everything that may ask for one could be asked. */
export const rebootDoubt = (host: Facts): string | undefined =>
  rebootReasons(host).length > 0 || host.rebootUnknown === undefined
    ? undefined
    : `whether it wants a reboot is not known: ${host.rebootUnknown.join('; ')}`;

/** What a manager prints instead of a name where it cannot say whether a reboot is wanted. */
const isUnsaid = (line: string): boolean => line.startsWith('? ');

/** os-release(5): KEY=value, the value quoted as a shell would. */
const readOsRelease = (lines: readonly string[]): Map<string, string> => {
  const found = new Map<string, string>();
  for (const line of lines) {
    const match = /^([A-Z_]+)=(.*)$/.exec(line);
    if (match?.[1] === undefined) continue;
    found.set(match[1], clean((match[2] ?? '').replace(/^(["'])(.*)\1$/, '$2')));
  }
  return found;
};
