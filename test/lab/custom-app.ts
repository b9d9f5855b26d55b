import {readFileSync} from 'node:fs';
import {parse, stringify} from 'yaml';
import type {Lab} from './lab.ts';

/** The example of docs/custom.md, as it stands there: the files by the path that is named before each. */
const page = readFileSync(new URL('../../docs/custom.md', import.meta.url), 'utf8');
const documented = (path: string): string => {
  const from = page.indexOf(`\`${path}\``);
  const block = /:\n\n((?: {4}.*\n|\n)+)/.exec(page.slice(from))?.[1];
  if (from < 0 || block === undefined) throw new Error(`docs/custom.md has no ${path}`);
  return `${block.replaceAll(/^ {4}/gm, '').trimEnd()}\n`;
};

/** Versions 1.0 to 3.0, of which the last does not run; `latest` says what is offered. */
const releases = `rm -rf /srv/shop; mkdir -p /srv/shop; cd /srv/shop
for version in 1.0 2.0 3.0; do
  mkdir $version
  printf '#!/bin/sh\\necho %s > "$RUNTIME_DIRECTORY/version"\\nexec sleep infinity\\n' $version > $version/shop
  chmod 755 $version/shop
done
printf '#!/bin/sh\\nexit 1\\n' > 3.0/shop`;

/** A small real application: versions in a directory, a link to the one that runs, a service, an updater. */
export const installShop = async (lab: Lab, host: string): Promise<void> => {
  const files = ['/srv/shop/latest', '/etc/systemd/system/shop.service', '/opt/shop/updater'];
  const write = files.map(path => `cat > ${path} <<'SHOP-FILE'\n${documented(path)}SHOP-FILE`).join('\n');
  const {code, stdout, stderr} = await lab.shell(
    host,
    `set -e
${releases}
rm -rf /opt/shop; mkdir -p /opt/shop/versions; cd /opt/shop
cp -r /srv/shop/1.0 versions/1.0; ln -s versions/1.0 current
${write}
chmod 755 updater
systemctl daemon-reload; systemctl restart shop.service`,
  );
  if (code !== 0) throw new Error(`${host}: ${stdout}${stderr}`);
};

type Documented = {hosts: {shop1: {custom: {shop: Record<string, unknown>}}}};

/** The documented inventory, for this host; `change` may take settings away or put others there. */
export const shopOverlay = (host: string, change: Record<string, unknown> = {}): string => {
  const {shop1} = (parse(documented('patchdeck.overlay.yaml')) as Documented).hosts;
  const shop = Object.entries({...shop1.custom.shop, ...change}).filter(([, value]) => value !== undefined);
  return stringify({hosts: {[host]: {...shop1, custom: {shop: Object.fromEntries(shop)}}}});
};
