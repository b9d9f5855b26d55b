import {existsSync} from 'node:fs';
import {must, run} from './command.ts';

/** The port of the mirror, on the lab's side of every host's link. */
export const mirrorPort = 8230;

/** The second byte of the lab's addresses: another one lets a second lab run beside the first. */
const usual = 231;
const second = Number(process.env['PATCHDECK_LAB_NETWORK'] ?? usual);

export const hostName = (number: number): string => `lab${number}`;
/** What this machine knows the host by: its network namespace and its control group. */
export const machineName = (number: number): string =>
  second === usual ? hostName(number) : `${hostName(number)}-${second}`;
/** This machine's end of a host's link, where the mirror listens. */
export const outsideAddress = (number: number): string => `10.${second}.${number}.1`;
export const hostAddress = (number: number): string => `10.${second}.${number}.2`;
/** Matches every host's address in an ssh_config. */
export const addressPattern = `10.${second}.*.2`;
const interfaceName = (number: number): string =>
  second === usual ? `pdlab${number}` : `pdlab${number}-${second}`;

/** Gives a host its network namespace and its link, which is its only one: it has no route to anywhere else. */
export const makeNetwork = async (number: number): Promise<void> => {
  const name = machineName(number);
  const outside = interfaceName(number);
  if (!existsSync(`/run/netns/${name}`)) await must('ip', ['netns', 'add', name]);
  if (!existsSync(`/sys/class/net/${outside}`)) {
    await must('ip', ['link', 'add', outside, 'type', 'veth', 'peer', 'name', 'host0', 'netns', name]);
    await must('ip', ['addr', 'add', `${outsideAddress(number)}/30`, 'dev', outside]);
    await must('ip', ['-n', name, 'addr', 'add', `${hostAddress(number)}/30`, 'dev', 'host0']);
  }
  await must('ip', ['link', 'set', outside, 'up']);
  await must('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  await heal(number);
};

export const removeNetwork = async (number: number): Promise<void> => {
  if (existsSync(`/sys/class/net/${interfaceName(number)}`))
    await must('ip', ['link', 'del', interfaceName(number)]);
  if (existsSync(`/run/netns/${machineName(number)}`))
    await must('ip', ['netns', 'del', machineName(number)]);
};

/** From now on nothing that is sent arrives, on either side; open connections are not told. */
export const cut = async (number: number): Promise<void> => {
  await must('ip', ['-n', machineName(number), 'link', 'set', 'host0', 'down']);
};

export const heal = async (number: number): Promise<void> => {
  await must('ip', ['-n', machineName(number), 'link', 'set', 'host0', 'up']);
};

/** What of a host's network is there: the names of its namespace and of this machine's end of its link. */
export const networkOf = (number: number): string[] =>
  [`/run/netns/${machineName(number)}`, `/sys/class/net/${interfaceName(number)}`].filter(path =>
    existsSync(path),
  );

export const isCut = async (number: number): Promise<boolean> => {
  const link = await run('ip', ['-n', machineName(number), '-o', 'link', 'show', 'dev', 'host0', 'up']);
  return link.stdout.trim() === '';
};
