import type {InstalledPackage} from '../model/package.ts';
import type {Scan} from '../model/scan.ts';
import type {Order} from './version-order.ts';

/**
 * The source that records name: a signed kernel is built from a source of its own (`linux-signed-amd64` 6.1.153+1), and records speak of
 * the one below (`linux` 6.1.153-1). Ubuntu's `linux-signed-hwe-6.8` has the version of `linux-hwe-6.8`.
 */
export const recordedSource = (source: string, version: string): {source: string; version: string} => {
  if (/^linux-signed-(amd64|arm64|i386)$/.test(source)) {
    return {source: 'linux', version: version.replace('+', '-')};
  }
  return source === 'linux-signed' || source.startsWith('linux-signed-')
    ? {source: source.replace('linux-signed', 'linux'), version}
    : {source, version};
};

/** What of a host's kernels counts: the one that runs is judged, the newest installed one says whether a boot would mend it. */
export type Kernel = {
  /** Sources that kernels are built from: nothing else of them is judged. */
  sources: ReadonlySet<string>;
  running: {source: string; version: string} | undefined;
  /** Newest installed version of the same source. */
  newest: string | undefined;
};

/** In a container no kernel is judged: the one that runs is the machine's below. */
export const kernelOf = ({facts, installed}: Pick<Scan, 'facts' | 'installed'>, order: Order): Kernel => {
  const images = installed.filter(isImage);
  const recorded = images.map(image => ({
    name: image.name,
    ...recordedSource(image.source, image.sourceVersion),
  }));
  const sources = new Set(recorded.map(({source}) => source));
  if (facts.container !== null) return {sources, running: undefined, newest: undefined};
  const {running: release} = facts.kernel;
  const running =
    recorded.find(
      ({name}) => name === `linux-image-${release}` || name === `linux-image-unsigned-${release}`,
    ) ?? ofAlpine(release, recorded);
  const newest = recorded
    .filter(({source}) => source === running?.source)
    .map(({version}) => version)
    .sort(order)
    .at(-1);
  return {
    sources,
    running: running === undefined ? undefined : {source: running.source, version: running.version},
    newest,
  };
};

type Recorded = {name: string; source: string; version: string};

/**
 * Alpine has one version of a kernel at a time, and its files are gone once it is upgraded: what runs is told by its release alone
 * (`6.6.41-0-lts` is of `linux-lts` 6.6.41-r0, as its APKBUILD names it).
 */
const ofAlpine = (release: string, recorded: readonly Recorded[]): Recorded | undefined => {
  const [, version, build, flavor] = /^(\d+(?:\.\d+)*(?:_rc\d+)?)-(\d+)-([a-z0-9-]+)$/.exec(release) ?? [];
  const found = recorded.find(({name}) => name === `linux-${flavor ?? ''}`);
  return found === undefined ? undefined : {...found, version: `${version ?? ''}-r${build ?? ''}`};
};

/** `linux-image-6.1.0-40-amd64`, and not the package that only depends on the newest of them; all of Alpine's flavours. */
const isImage = ({manager, name, status}: InstalledPackage): boolean =>
  status.charAt(1) === 'i' &&
  (manager === 'apk' ? /^linux-(lts|virt|edge|rpi\d*|stable)$/ : /^linux-image-(unsigned-)?\d/).test(name);
