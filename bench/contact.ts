/**
 * How many hosts a second can be asked something, connection and login included, and what CPU that costs on the console: patchdeck against Ansible
 * (`raw`), parallel-ssh and clush as Debian has them, at the same concurrency, in turns in one run. All hosts are one sshd of this machine, behind
 * an address each, in a network and with an account that nobody else sees (a clean login shell). As root, after
 * `apt-get install ansible-core pssh clustershell openssh-server`: `node bench/contact.ts [HOSTS] [CONCURRENCY] [ROUNDS]`.
 */
import {spawn, spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {cpus, tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {bundle} from './contact/bundle.ts';
import {contenders} from './contact/contenders.ts';
import {measure, type Measured} from './contact/measure.ts';
import {makeHosts} from './contact/sshd.ts';

/** In the namespaces it is the folder to work in. */
const inside = 'PATCHDECK_BENCH_FOLDER';
const [hosts = 200, concurrency = 16, rounds = 3] = process.argv.slice(2).map(Number);
const folder = process.env[inside] ?? mkdtempSync(join(tmpdir(), 'patchdeck-contact-'));

if (process.env[inside] === undefined) {
  const args = ['--mount', '--net', '--propagation', 'private', process.execPath];
  const own = [fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const env = {...process.env, [inside]: folder};
  const {status} = spawnSync('unshare', [...args, ...own], {stdio: 'inherit', env});
  rmSync(folder, {recursive: true, force: true});
  process.exit(status ?? 1);
}

const patchdeck = await bundle();
const lab = makeHosts(folder, hosts);
const sshd = spawn('/usr/sbin/sshd', ['-D', '-f', lab.sshdConfig, '-E', join(folder, 'log')], {
  stdio: 'ignore',
});
// It would outlive the namespaces.
sshd.unref();
process.once('exit', () => sshd.kill());
await lab.answers();

const found = new Map<string, Measured[]>();
for (let round = 0; round < rounds; round += 1) {
  for (const [name, command] of Object.entries(contenders(lab, concurrency, patchdeck))) {
    const seen = await measure(command, {folder, sshd: sshd.pid ?? 0});
    if (seen.code !== 0) throw new Error(`${name} did not reach every host: ${seen.said.slice(-500)}`);
    found.set(name, [...(found.get(name) ?? []), seen]);
  }
}

const median = (values: number[]): number =>
  values.sort((x, y) => x - y)[Math.floor(values.length / 2)] ?? Number.NaN;
const of = (name: string, value: (seen: Measured) => number): number =>
  median((found.get(name) ?? []).map(value));
const perSecond = (name: string): number => of(name, seen => hosts / seen.seconds);
const processors = cpus().length;

console.log(
  `${hosts} hosts, ${concurrency} at once, medians of ${rounds}, sshd on the same ${processors} processors`,
);
for (const name of found.keys()) {
  const [own, theirs] = [of(name, seen => seen.cpu), of(name, seen => seen.sshdCpu)].map(
    s => (s / hosts) * 1000,
  );
  const possible = (processors * 1000) / ((own ?? 0) + (theirs ?? 0));
  console.log(
    `${name.padEnd(13)} ${perSecond(name).toFixed(1).padStart(6)} hosts/s  console ${own?.toFixed(1).padStart(6) ?? ''} ms of CPU a host, sshd ${theirs?.toFixed(1) ?? ''} ms  (at most ${possible.toFixed(0)} hosts/s on idle processors)`,
  );
}
const ratios = [...found.keys()]
  .filter(name => name !== 'patchdeck')
  .map(name => `${(perSecond('patchdeck') / perSecond(name)).toFixed(1)} x ${name}`);
console.log(`patchdeck is ${ratios.join(', ')}`);
