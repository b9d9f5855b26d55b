/** A service of a host: the package that brings its unit, what it has loaded, what it listens on, what restarts it. */
export type Unit = {
  name: string;
  /** '' for what the shop deploys by itself. */
  owner: string;
  uses: readonly string[];
  sockets: readonly string[];
  /** Packages whose configuration restarts it; its owner when not said. */
  restartedBy?: readonly string[];
};

export type Role = {
  units: readonly Unit[];
  /** Source packages installed besides the base; those of them that have an upgrade are pending unless the host says otherwise. */
  sources: readonly string[];
  /** Packages that come from nowhere known, or that no upgrade touches. */
  extra: string;
  /** Shell commands of smoke checks that pass while a unit is active. */
  commands: Readonly<Record<string, string>>;
};

const ssl = ['libssl3', 'libssl3t64'];
const unit = (name: string, owner: string, uses: readonly string[], ...sockets: string[]): Unit => ({
  name,
  owner,
  uses,
  sockets,
});

/** What runs on every host. */
export const commonUnits: readonly Unit[] = [
  unit('ssh.service', 'openssh-server', ssl, 'tcp 0.0.0.0:22', 'tcp [::]:22'),
  unit('chrony.service', 'chrony', [], 'udp 127.0.0.1:323', 'udp [::1]:323'),
  unit('cron.service', 'cron', []),
  unit('dbus.service', 'dbus', []),
  unit('rsyslog.service', 'rsyslog', []),
  unit('systemd-journald.service', 'systemd', []),
  unit('systemd-logind.service', 'systemd', []),
  unit('unattended-upgrades.service', 'unattended-upgrades', []),
];

/** Sources that every host has. */
export const commonSources: readonly string[] = [
  'openssl',
  'expat',
  'curl',
  'sudo',
  'tzdata',
  'linux-signed-amd64',
];

const agent = unit('acme-agent.service', 'acme-agent', ssl);

export const roles = {
  web: {
    units: [
      unit('nginx.service', 'nginx', ssl, 'tcp 0.0.0.0:80', 'tcp 0.0.0.0:443', 'tcp [::]:80', 'tcp [::]:443'),
      unit('php8.2-fpm.service', 'php8.2-fpm', ['libexpat1']),
      agent,
    ],
    sources: ['nginx', 'php8.2', 'acme-agent'],
    extra: 'php-acme-trace 2.0.3; php8.2-readline 8.2.35-1~deb12u1 <php8.2',
    commands: {},
  },
  api: {
    units: [{...unit('shop-api.service', '', [...ssl, 'libnode108', 'libnode115'], 'tcp 0.0.0.0:8080')}],
    sources: ['nodejs'],
    extra: '',
    commands: {},
  },
  db: {
    units: [
      {
        ...unit('postgresql@15-main.service', 'postgresql-common', [...ssl, 'libpq5'], 'tcp 0.0.0.0:5432'),
        restartedBy: ['postgresql-15'],
      },
    ],
    sources: ['postgresql-15'],
    extra: 'postgresql-common 248+deb12u1 all; postgresql-client-common 248+deb12u1 all <postgresql-common',
    commands: {'pg_isready -q': 'postgresql@15-main.service'},
  },
  cache: {
    units: [unit('redis-server.service', 'redis-server', ssl, 'tcp 0.0.0.0:6379')],
    sources: ['redis'],
    extra: 'liblua5.1-0 5.1.5-9 <lua5.1; libjemalloc2 5.3.0-1 <jemalloc',
    commands: {'redis-cli ping': 'redis-server.service'},
  },
  lb: {
    units: [
      unit('haproxy.service', 'haproxy', ssl, 'tcp 0.0.0.0:80', 'tcp 0.0.0.0:443', 'tcp 127.0.0.1:8404'),
    ],
    sources: ['haproxy'],
    extra: 'liblua5.3-0 5.3.6-2 <lua5.3',
    commands: {},
  },
  build: {
    units: [unit('shop-runner.service', '', [...ssl, 'libpython3.11-stdlib'])],
    sources: ['git', 'python3.11'],
    extra: 'make 4.3-4.1 <make-dfsg; gcc 4:12.2.0-3 <gcc-defaults=1.203',
    commands: {},
  },
  mail: {
    units: [unit('postfix@-.service', 'postfix', ssl, 'tcp 0.0.0.0:25')],
    sources: [],
    extra: 'postfix 3.7.11-0+deb12u1',
    commands: {},
  },
  monitor: {
    units: [
      unit('prometheus.service', 'prometheus', [], 'tcp [::]:9090'),
      unit('snmpd.service', 'snmpd', ['libsnmp40'], 'udp 127.0.0.1:161'),
    ],
    sources: ['net-snmp', 'python3.11'],
    extra: 'prometheus 2.42.0+ds-5+deb12u1; acme-snmp-mibs 1.4.0 all',
    commands: {},
  },
  queue: {
    units: [
      unit('rabbitmq-server.service', 'rabbitmq-server', ssl, 'tcp [::]:5672'),
      unit('epmd.service', 'erlang-base', [], 'tcp [::]:4369'),
    ],
    sources: ['rabbitmq-server'],
    extra: 'erlang-base 1:27.3.4.1+dfsg-1+deb13u4 <erlang',
    commands: {},
  },
  backup: {
    units: [unit('rsync.service', 'rsync', ssl, 'tcp 0.0.0.0:873', 'tcp [::]:873')],
    sources: ['rsync'],
    extra: 'borgbackup 1.2.4-1',
    commands: {},
  },
} as const satisfies Record<string, Role>;
export type RoleName = keyof typeof roles;
