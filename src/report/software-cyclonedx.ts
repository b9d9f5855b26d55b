import * as Enums from '@cyclonedx/cyclonedx-library/Enums';
import * as Models from '@cyclonedx/cyclonedx-library/Models';
import * as Serialize from '@cyclonedx/cyclonedx-library/Serialize';
import * as Spec from '@cyclonedx/cyclonedx-library/Spec';
import {PackageURL} from 'packageurl-js';
import {clean} from '../model/clean.ts';
import type {SoftwareRow} from './software.ts';

/** What an export says of itself. */
export type BomOf = {fleet: string; run: string; /** ISO 8601 */ at: string; /** A UUID. */ serial: string};

/**
 * Installed software as CycloneDX 1.6 JSON: a component for every package with its package URL, one for every host, which depends on
 * what is installed on it. A package that is the same on several hosts is there once.
 */
export const softwareCycloneDx = (rows: readonly SoftwareRow[], about: BomOf): string => {
  const fleet = new Models.Component(Enums.ComponentType.Platform, about.fleet, {
    bomRef: `fleet:${about.fleet}`,
  });
  const bom = new Models.Bom({
    serialNumber: `urn:uuid:${about.serial}`,
    metadata: new Models.Metadata({
      timestamp: new Date(about.at),
      component: fleet,
      properties: new Models.PropertyRepository([new Models.Property('patchdeck:run', about.run)]),
    }),
  });
  const hosts = new Map<string, Models.Component>();
  const packages = new Map<string, Models.Component>();
  for (const row of rows) {
    const host = hosts.get(row.host) ?? hostComponent(row);
    if (!hosts.has(row.host)) {
      hosts.set(row.host, host);
      bom.components.add(host);
      fleet.dependencies.add(host.bomRef);
    }
    const purl = packageUrl(row);
    const item = packages.get(purl) ?? packageComponent(row, purl);
    if (!packages.has(purl)) {
      packages.set(purl, item);
      bom.components.add(item);
    }
    host.dependencies.add(item.bomRef);
  }
  const factory = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  return new Serialize.JsonSerializer(factory).serialize(bom, {sortLists: true, space: 1});
};

/** `pkg:deb/debian/openssl@3.0.17-1~deb12u2?arch=amd64&distro=debian-12`, as the purl specification has it for deb, rpm and apk. */
export const packageUrl = ({name, arch, version, os, family}: SoftwareRow): string => {
  const distro = os.version === '' ? os.id : `${os.id}-${os.version}`;
  // Of RPMs the epoch is a qualifier, of Debian's packages a part of the version.
  const epoch = family === 'rpm' ? /^(\d+):/.exec(version)?.[1] : undefined;
  const plain = epoch === undefined ? version : version.slice(epoch.length + 1);
  const qualifiers = {arch, distro, ...(epoch === undefined || epoch === '0' ? {} : {epoch})};
  // What an application's own updater has is of no distribution.
  if (family === 'other')
    return new PackageURL('generic', undefined, name, plain, undefined, undefined).toString();
  return new PackageURL(family, vendors[os.id] ?? os.id, name, plain, qualifiers, undefined).toString();
};

/** The specification has the vendor in a package's namespace, which is not always what os-release calls the system. */
const vendors: Readonly<Record<string, string>> = {
  rhel: 'redhat',
  sles: 'suse',
  'opensuse-leap': 'opensuse',
  'opensuse-tumbleweed': 'opensuse',
};

const hostComponent = ({host, os}: SoftwareRow): Models.Component =>
  new Models.Component(Enums.ComponentType.Device, host, {
    bomRef: `host:${host}`,
    description: clean(os.name),
    properties: new Models.PropertyRepository([new Models.Property('patchdeck:system', clean(os.name))]),
  });

const packageComponent = (row: SoftwareRow, purl: string): Models.Component =>
  new Models.Component(Enums.ComponentType.Library, row.name, {
    bomRef: purl,
    version: row.version,
    purl,
    properties: new Models.PropertyRepository([
      new Models.Property('patchdeck:source', clean(row.source)),
      new Models.Property('patchdeck:source-version', clean(row.sourceVersion)),
    ]),
  });
