/** One version of a package made for the lab. */
export type LabVersion = {
  version: string;
  /** Which index names it; `gone` is in none, as a version that Debian has replaced. */
  suite: 'main' | 'security' | 'acme' | 'gone';
  /** The line of its changelog. */
  change: string;
  files?: Record<string, string>;
  conffiles?: readonly string[];
  /** Extra control fields. */
  fields?: Record<string, string>;
  /** Maintainer scripts, as the body of `sh -e`. */
  scripts?: Partial<Record<'preinst' | 'postinst' | 'prerm' | 'postrm' | 'config', string>>;
  /** Questions for debconf. */
  templates?: string;
};
export type LabPackage = {
  name: string;
  /** The hosts that have it (its first version) from the start, by number; the others get it by `install`. */
  on: 'every host' | readonly number[];
  versions: readonly LabVersion[];
  /** Installed together with it. */
  with?: readonly string[];
  /** The file it was installed from stays in apt's cache. */
  cached?: boolean;
  /** What its administrator did once it was installed, for sh. */
  then?: string;
  description?: string;
};

/** The version that hosts have. */
export const old = (more: Partial<LabVersion> = {}): LabVersion => ({
  version: '1.0',
  suite: 'main',
  change: 'First release.',
  ...more,
});
/** The version that is pending. */
export const security = (change: string, more: Partial<LabVersion> = {}): LabVersion => ({
  version: '2.0',
  suite: 'security',
  change,
  ...more,
});

/** A postinst for a booted system: it also runs while a root is being made, where no init system is. */
export const whenConfigured = (...lines: string[]): string =>
  `if [ "$1" = configure ] && [ -d /run/systemd/system ]; then\n${lines.map(line => `  ${line}\n`).join('')}fi`;
