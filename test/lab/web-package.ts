import type {LabPackage, LabVersion} from './lab-package.ts';

/** The service that hosts of the lab serve: the smoke checks ask it, a good upgrade restarts it. */
const webVersion = (version: string, suite: LabVersion['suite'], change: string): LabVersion => ({
  version,
  suite,
  change,
  fields: {Depends: 'busybox'},
  files: {
    '/usr/share/pdlab-web/www/health': `ok, pdlab-web ${version}\n`,
    '/usr/lib/systemd/system/pdlab-web.service': `[Unit]
Description=The web service of a lab host
After=network.target

[Service]
ExecStart=/bin/busybox httpd -f -p 8080 -h /usr/share/pdlab-web/www
User=www-data
Restart=on-failure

[Install]
WantedBy=multi-user.target
`,
  },
  scripts: {
    postinst: `if [ "$1" = configure ]; then
  systemctl enable --quiet pdlab-web.service
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl restart pdlab-web.service
  fi
fi`,
    prerm: `if [ "$1" = remove ]; then
  systemctl disable --quiet pdlab-web.service
  if [ -d /run/systemd/system ]; then systemctl stop pdlab-web.service; fi
fi`,
  },
});

export const webPackage: LabPackage = {
  name: 'pdlab-web',
  on: 'every host',
  versions: [
    webVersion('1.0', 'main', 'First release.'),
    webVersion('1.1', 'security', 'CVE-2026-10001: a long header crashed the server.'),
  ],
};
