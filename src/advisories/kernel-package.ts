import type {InstalledPackage} from '../model/package.ts';
import type {Scan} from '../model/scan.ts';
import {compareDpkg} from '../versions/dpkg.ts';

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
export const kernelOf = ({facts, installed}: Pick<Scan, 'facts' | 'installed'>): Kernel => {
  const images = installed.filter(isImage);
  const recorded = images.map(image => ({
    name: image.name,
    ...recordedSource(image.source, image.sourceVersion),
  }));
  const sources = new Set(recorded.map(({source}) => source));
  if (facts.container !== null) return {sources, running: undefined, newest: undefined};
  const {running: release} = facts.kernel;
  const running = recorded.find(
    ({name}) => name === `linux-image-${release}` || name === `linux-image-unsigned-${release}`,
  );
  const newest = recorded
    .filter(({source}) => source === running?.source)
    .map(({version}) => version)
    .sort(compareDpkg)
    .at(-1);
  return {
    sources,
    running: running === undefined ? undefined : {source: running.source, version: running.version},
    newest,
  };
};

/** `linux-image-6.1.0-40-amd64`, and not the package that only depends on the newest of them. */
const isImage = ({name, status}: InstalledPackage): boolean =>
  /^linux-image-(unsigned-)?\d/.test(name) && status.charAt(1) === 'i';
