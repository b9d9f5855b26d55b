import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {PatchdeckError} from '../../src/model/error.ts';
import {debName} from './build-debs.ts';
import {enter} from './enter.ts';
import {faultPackages} from './fault-packages.ts';
import type {LabPackage} from './lab-package.ts';
import type {LabPaths} from './paths.ts';
import type {ProcessId} from './processes.ts';
import {rpmName} from './rpm-package.ts';
import {rpmPackages} from './rpm-packages.ts';

/**
 * Installs packages of the lab inside a host, with what belongs to them, and does what their administrator does.
 * `NAME` alone is the old version. Throws `lab.no-such-package`, or `lab.install` with what dpkg said.
 */
export const installInside = async (
  paths: LabPaths,
  leader: ProcessId,
  wanted: readonly string[],
): Promise<void> => {
  const rpms = wanted.flatMap(chooseRpm);
  for (const file of rpms) {
    await inside(leader, `cat >/root/${file}`, await readFile(join(paths.labRpms, file)));
    await inside(leader, `rpm --force-debian -U --oldpackage /root/${file} && rm /root/${file}`);
  }
  const chosen = wanted.filter(name => chooseRpm(name).length === 0).flatMap(choose);
  if (chosen.length === 0) return;
  // Not apt's archives: what is there counts as a way back.
  const folder = '/root/incoming';
  await inside(leader, `mkdir -p ${folder}`);
  for (const {made, version} of chosen) {
    const name = debName(made.name, version);
    await inside(leader, `cat >${folder}/${name}`, await readFile(join(paths.faultDebs, name)));
  }
  await inside(leader, `dpkg -i ${folder}/*.deb`);
  for (const {made, version} of chosen) {
    if (made.cached === true)
      await inside(leader, `cp ${folder}/${debName(made.name, version)} /var/cache/apt/archives/`);
    if (made.then !== undefined) await inside(leader, made.then);
  }
  await inside(leader, `rm -r ${folder}`);
};

const chooseRpm = (wanted: string): string[] => {
  const [name, version] = wanted.split('=');
  const made = rpmPackages.find(each => each.name === name);
  const chosen = made?.versions.find(each => version === undefined || each.version === version);
  return made === undefined || chosen === undefined ? [] : [rpmName(made.name, chosen)];
};

const choose = (wanted: string): {made: LabPackage; version: string}[] => {
  const [name, version] = wanted.split('=');
  const made = faultPackages.find(each => each.name === name);
  const chosen = version ?? made?.versions[0]?.version;
  if (made === undefined || chosen === undefined || !made.versions.some(each => each.version === chosen))
    throw new PatchdeckError(
      'input',
      'lab.no-such-package',
      `The lab has no package ${wanted}; nothing was installed.`,
      `It has ${[...faultPackages, ...rpmPackages].map(each => each.name).join(', ')}`,
    );
  return [{made, version: chosen}, ...(made.with ?? []).flatMap(choose)];
};

const inside = async (leader: ProcessId, command: string, input?: Buffer): Promise<void> => {
  const result = await enter(leader, command, input === undefined ? {} : {input});
  if (result.code === 0) return;
  throw new PatchdeckError(
    'outside',
    'lab.install',
    `${command} ended with ${String(result.code)}:\n${result.stdout.trim()}\n${result.stderr.trim()}`,
    'Reset the host.',
  );
};
