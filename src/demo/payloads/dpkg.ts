import {fileName, type Build} from '../archive.ts';
import type {DemoHost} from '../host.ts';
import {restartedBy, startUnit} from '../units.ts';
import type {Beat} from './beat.ts';

/** A package on its way in: from what, which build. `percent` of the whole run is said at each step. */
export type Step = {build: Build; from: string | undefined; percent: (share: number) => string};

/** Unpacks a package over the one there is: from now on its files are the new ones, and it is not configured. */
export const unpack = ({build, from, percent}: Step): Beat => ({
  afterMs: 200 + Math.min(2000, build.unpackedKib / 20),
  act: (host, now) => {
    host.packages.set(build.name, {...pick(build), status: 'iU'});
    host.replacedAt.set(build.name, now);
    const full = `${build.name}${build.arch === 'all' ? '' : `:${build.arch}`}`;
    return [
      `pmstatus:${build.name}:${percent(0)}:Preparing ${build.name} (${build.arch})`,
      ...(from !== undefined && build.version !== build.upgrade?.to && build.upgrade !== undefined
        ? [`dpkg: warning: downgrading ${full} from ${from} to ${build.version}`]
        : []),
      `Preparing to unpack .../${fileName(build)} ...`,
      `Unpacking ${full} (${build.version})${from === undefined ? '' : ` over (${from})`} ...`,
      `pmstatus:${build.name}:${percent(0.5)}:Unpacked ${build.name} (${build.arch})`,
    ];
  },
});

/** Configures it: its services are started again, with what has become of that. */
export const configure = ({build, percent}: Step): Beat => ({
  afterMs: build.name.startsWith('linux-image-6') ? 2000 : 450,
  act: (host, now) => {
    const known = host.packages.get(build.name);
    if (known !== undefined) host.packages.set(build.name, {...known, status: 'ii'});
    const restarts = restartedBy(host, build.name).flatMap(unit => restartLines(host, unit, now));
    return [
      `pmstatus:${build.name}:${percent(0.5)}:Configuring ${build.name} (${build.arch})`,
      `Setting up ${build.name} (${build.version}) ...`,
      ...(build.name.startsWith('linux-image-6')
        ? [
            '/etc/kernel/postinst.d/initramfs-tools:',
            `update-initramfs: Generating /boot/initrd.img-${build.name.slice(12)}`,
          ]
        : []),
      ...restarts,
      `pmstatus:${build.name}:${percent(1)}:Installed ${build.name} (${build.arch})`,
    ];
  },
});

export const remove = (name: string, percent: string): Beat => ({
  afterMs: 400,
  act: host => {
    const known = host.packages.get(name);
    host.packages.delete(name);
    host.automatic.delete(name);
    return known === undefined
      ? []
      : [`pmstatus:${name}:${percent}:Removing ${name}`, `Removing ${name} (${known.version}) ...`];
  },
});

/** A maintainer script does not fail because its service does not start: only the log says so, and the unit's state. */
const restartLines = (host: DemoHost, unit: string, now: number): string[] => {
  if (startUnit(host, unit, now) === 'active') return [];
  return [
    `Job for ${unit} failed because the control process exited with error code.`,
    `See "systemctl status ${unit}" and "journalctl -xeu ${unit}" for details.`,
    `invoke-rc.d: initscript ${unit.replace(/\.service$/, '')}, action "restart" failed.`,
    `systemd[1]: ${host.spec.story.breaks?.why ?? `${unit}: Failed with result 'exit-code'.`}`,
  ];
};

const pick = ({name, arch, version, source, sourceVersion}: Build) => ({
  name,
  arch,
  version,
  source,
  sourceVersion,
});
