import type {Lab} from './lab.ts';

/** Where the application keeps its versions, and who moves the link. */
const updater = `#!/bin/sh
cd /opt/shop || exit 1
has=$(basename "$(readlink current)")
offers=$(cat offers)
case $1 in
  pending)
    [ ! -e crash ] || { echo 'shop: no route to the vendor' >&2; exit 9; }
    [ "$offers" = "$has" ] || printf 'shop\\t%s\\t%s\\tsecurity\\n' "$has" "$offers"
    echo end ;;
  installed) printf 'shop\\t%s\\nend\\n' "$has" ;;
  stage) cp -r "vendor/$3/." "$4/" ;;
  install|undo)
    [ "$has" = "$3" ] || exit 2
    rm -rf "versions/$4" && cp -r "$5" "versions/$4" && ln -sfn "versions/$4" current || exit 1
    [ -e quiet ] || systemctl restart shop.service ;;
  rehearse) [ "$has" = "$4" ] && [ -x "$5/shop" ] ;;
  *) exit 64 ;;
esac
`;

/** A small real application: versions in a directory, a link to the one that runs, a service, an updater. Version 3.0 does not run. */
export const installShop = async (lab: Lab, host: string): Promise<void> => {
  const {code, stdout, stderr} = await lab.shell(
    host,
    `set -e
rm -rf /opt/shop; mkdir -p /opt/shop/versions /opt/shop/vendor; cd /opt/shop
for version in 1.0 2.0 3.0; do
  mkdir "vendor/$version"
  printf '#!/bin/sh\\nexec sleep infinity\\n' > "vendor/$version/shop"
  chmod 755 "vendor/$version/shop"
done
printf '#!/bin/sh\\nexit 1\\n' > vendor/3.0/shop
cp -r vendor/1.0 versions/1.0; ln -s versions/1.0 current; echo 2.0 > offers
cat > updater <<'UPDATER'
${updater}UPDATER
chmod 755 updater
printf '[Unit]\\nDescription=shop\\nStartLimitIntervalSec=0\\n[Service]\\nExecStart=/opt/shop/current/shop\\n' > /etc/systemd/system/shop.service
systemctl daemon-reload; systemctl restart shop.service`,
  );
  if (code !== 0) throw new Error(`${host}: ${stdout}${stderr}`);
};

/** What the overlay of an inventory says of it. */
export const shopOverlay = (host: string, more = ''): string => {
  const command = (word: string): string => `[/opt/shop/updater, ${word}]`;
  return `hosts:
  ${host}:
    smoke: [{unit: shop.service}]
    custom:
      shop:
        pending: ${command('pending')}
        installed: ${command('installed')}
        stage: ${command('stage')}
        install: ${command('install')}
        undo: ${command('undo')}
        deadline: 60
${more}`;
};
