import type {Release} from './packages.ts';
import type {RoleName} from './roles.ts';

/** What is peculiar about a host. */
export type Story = {
  /** Nothing listens on its port. */
  unreachable?: boolean;
  /** Everything that could be upgraded is. */
  clean?: boolean;
  /** Its connections break when an install has come this far (0 to 1), and are refused for this long (ms at speed 1). */
  dropsAt?: {done: number; awayMs: number};
  /** A version whose service does not start: what of this host's own makes it so is in the log lines. */
  breaks?: {package: string; version: string; unit: string; why: string};
};

export type HostSpec = {
  name: string;
  role: RoleName;
  release: Release['id'];
  groups: readonly string[];
  /** As the inventory writes them: `canary: true, owner: shop`. */
  settings: string;
  /** Sources already at their newest version. */
  current: readonly string[];
  held: readonly string[];
  story: Story;
};

/** A third party's module that the web servers load: it was built for an earlier php. */
const acmeTrace: Story = {
  breaks: {
    package: 'php8.2-fpm',
    version: '8.2.36-1~deb12u1',
    unit: 'php8.2-fpm.service',
    why: 'php-fpm8.2: symbol lookup error: /usr/lib/php/20220829/acme_trace.so: undefined symbol: zend_observer_activate_ex',
  },
};

/** Kernels were brought up to date last week, but on the hosts that could not be rebooted then. */
const kernel = 'linux-signed-amd64';

type Options = Partial<Omit<HostSpec, 'name' | 'role'>>;
const host = (name: string, role: RoleName, groups: readonly string[], options: Options = {}): HostSpec => ({
  name,
  role,
  groups,
  release: 'bookworm',
  settings: '',
  current: [kernel],
  held: [],
  story: {},
  ...options,
});

const web = (number: number, options: Options = {}): HostSpec =>
  host(`web${number}`, 'web', ['web'], {story: acmeTrace, ...options});

/** The fleet of the demo, in the order of its inventory. */
export const fleet: readonly HostSpec[] = [
  web(1, {settings: 'canary: true'}),
  web(2),
  web(3, {current: [kernel, 'curl', 'sudo']}),
  web(4),
  web(5, {current: [kernel, 'tzdata']}),
  web(6),
  web(7, {current: [kernel, 'curl']}),
  web(8),
  host('api1', 'api', ['api'], {settings: 'canary: true'}),
  host('api2', 'api', ['api']),
  host('api3', 'api', ['api'], {release: 'trixie', story: {dropsAt: {done: 0.45, awayMs: 9000}}}),
  host('api4', 'api', ['api'], {release: 'trixie'}),
  host('db1', 'db', ['db']),
  host('db2', 'db', ['db'], {held: ['postgresql-15'], settings: 'tags: [ledger]'}),
  host('db3', 'db', ['db'], {current: [kernel, 'sudo', 'curl']}),
  host('cache1', 'cache', ['cache']),
  host('cache2', 'cache', ['cache'], {story: {clean: true}}),
  host('lb1', 'lb', ['edge']),
  host('lb2', 'lb', ['edge']),
  host('build1', 'build', ['tools'], {current: []}),
  host('mail1', 'mail', ['tools'], {settings: 'exposure: internet', story: {unreachable: true}}),
  host('mon1', 'monitor', ['tools'], {settings: 'canary: true'}),
  host('queue1', 'queue', ['data'], {release: 'trixie'}),
  host('backup1', 'backup', ['data'], {settings: 'data: confidential'}),
];
