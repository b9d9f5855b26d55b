import {userInfo} from 'node:os';
import type {Managers} from '../managers/registry.ts';
import type {Facts} from '../model/facts.ts';
import type {Host} from '../model/host.ts';
import {PatchdeckError} from '../model/error.ts';
import type {Asker} from '../model/question.ts';
import {describeReach} from '../model/reach.ts';
import {defineScript} from '../model/script.ts';
import {HopFailed} from '../ssh/jump.ts';
import type {Session, Transport} from '../ssh/session.ts';
import {describeTarget, type Target} from '../ssh/target.ts';
import {facts} from './facts.ts';
import {checkUpdaters} from './updater-check.ts';

/** The steps to a host that can be patched, in their order. */
export const steps = [
  'name',
  'address',
  'port',
  'hop',
  'key exchange',
  'host key',
  'authentication',
  'shell',
  'become',
  'package manager',
  'updater',
  'clock',
] as const;
export type Step = (typeof steps)[number];

export type Walk = {
  /** What was found on the way, in order; all of it good. */
  passed: {step: Step; says: string}[];
  /** The first thing wrong. What comes after it was not looked at. */
  stopped: {step: Step; error: unknown} | undefined;
};

export type WalkWorld = {
  resolve: (host: Host) => Promise<Target>;
  transport: Transport;
  managers: Pick<Managers, 'on'>;
  ask: Asker;
  /** Milliseconds since 1970. */
  now: () => number;
  signal: AbortSignal;
};

/** How far a host's clock may be off, in seconds: more spoils certificates, deadlines and the order of logs. */
const clockToleranceS = 60;

const withoutRoot =
  'none: it can be scanned, its package lists as they are; what only root may see is not seen, and nothing can be installed or restarted there';

/** Goes to a host step by step and stops at the first thing wrong. Changes nothing there. */
export const walkTo = async (host: Host, world: WalkWorld): Promise<Walk> => {
  const passed: Walk['passed'] = [];
  const good = (step: Step, says: string): void => void passed.push({step, says});
  let at: Step = 'name';
  let session: Session | undefined;
  try {
    const target = host.transport === 'local' ? undefined : await world.resolve(host);
    const user = target?.user ?? userInfo().username;
    good('name', target === undefined ? 'this machine itself' : `${user}@${describeTarget(target)}`);
    session = await approach(host, target, world, good, step => {
      at = step;
    });
    at = 'shell';
    await answered(session, false);
    good('shell', 'answers cleanly');
    at = 'become';
    if (user !== 'root' && host.become === 'none') good('become', withoutRoot);
    else {
      await answered(session, true);
      good('become', user === 'root' ? 'root already' : `root, by ${host.become}`);
    }
    at = 'package manager';
    const before = world.now();
    const seen = facts.parse((await session.run(facts.script(undefined), {signal: world.signal})).stdout);
    const offset = Math.round(seen.clock - (before + world.now()) / 2000);
    const managers = world.managers.on(host, seen);
    if (managers.length === 0) throw noManager(host, seen);
    good('package manager', `${managers.map(({id}) => id).join(', ')} on ${seen.os.name}`);
    at = 'updater';
    const updaters = await checkUpdaters(host, managers, session);
    if (updaters !== undefined) good('updater', updaters);
    at = 'clock';
    if (Math.abs(offset) > clockToleranceS) throw wrongClock(host, offset);
    good('clock', `${Math.abs(offset)} s off`);
    return {passed, stopped: undefined};
  } catch (error) {
    return {passed, stopped: {step: at, error}};
  } finally {
    session?.close();
  }
};

/** Connects and logs in. `stopAt` is told where, when that fails; `good` hears of every step before. */
const approach = async (
  host: Host,
  target: Target | undefined,
  world: WalkWorld,
  good: (step: Step, says: string) => void,
  stopAt: (step: Step) => void,
): Promise<Session> => {
  if (target === undefined) return world.transport.open(host, world.ask, world.signal);
  const told = new Map<Step, string>();
  const order: readonly Step[] =
    target.jumps.length === 0
      ? ['address', 'port', 'hop', 'key exchange', 'host key', 'authentication']
      : // Then a jump host looks the address up and opens the port.
        ['hop', 'address', 'port', 'key exchange', 'host key', 'authentication'];
  const says: Partial<Record<Step, string>> = {
    hop: target.jumps.map(describeTarget).join(', then ') || 'none',
    address: target.address,
    port: String(target.port),
  };
  const passTo = (end: number): void => {
    for (const step of order.slice(0, end)) good(step, told.get(step) ?? says[step] ?? 'done');
  };
  try {
    const session = await world.transport.open(host, world.ask, world.signal, (step, what) =>
      told.set(step, what),
    );
    const way = session.reach === undefined ? '' : `, over ${describeReach(session.reach)}`;
    says['host key'] = session.hostKey;
    says.authentication = `as ${target.user}${way}`;
    passTo(order.length);
    return session;
  } catch (error) {
    const step = failedAt(error, order, told);
    passTo(order.indexOf(step));
    stopAt(step);
    throw error;
  }
};

/** Where a connection failed: as its code says, or else at the step after the last that was told of. */
const failedAt = (error: unknown, order: readonly Step[], told: ReadonlyMap<Step, string>): Step => {
  if (error instanceof HopFailed) return 'hop';
  const known = error instanceof PatchdeckError ? stepOfCode.get(error.code) : undefined;
  const last = order.findLastIndex(step => told.has(step));
  const next = order.slice(last + 1).find(step => step !== 'hop');
  return known ?? next ?? 'authentication';
};

/** The codes that mean one step alone; a timeout or a connection that was closed may mean any. */
const stepOfCode: ReadonlyMap<string, Step> = new Map([
  ['ssh.unresolved', 'address'],
  ['ssh.unreachable', 'address'],
  ['ssh.refused', 'port'],
  ['ssh.not-ssh', 'port'],
  ['ssh.no-common-algorithm', 'key exchange'],
  ['ssh.host-key-unknown', 'host key'],
  ['ssh.host-key-changed', 'host key'],
  ['ssh.host-key-revoked', 'host key'],
  ['ssh.authentication', 'authentication'],
  ['ssh.unsupported', 'authentication'],
]);

const answered = async (session: Session, root: boolean): Promise<void> => {
  const answer = await session.run(defineScript('doctor.shell', {}, 'id -u', {root}));
  const said = new TextDecoder().decode(answer.stdout).trim();
  if (/^\d+$/.test(said) && (!root || said === '0')) return;
  throw new PatchdeckError(
    'outside',
    root ? 'become.missing' : 'ssh.shell',
    `a shell on ${session.host.name} ${root ? 'that should be root is not' : 'gave no clean answer'}`,
    root ? 'look at the rules of sudo or doas there' : 'look at the login shell and its start-up files',
  );
};

const noManager = (host: Host, {os, managers}: Facts): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'host.no-manager',
    managers.length === 0
      ? `${host.name} (${os.name}) has no package manager that patchdeck knows`
      : `${host.name} (${os.name}) has ${managers.join(' and ')} alone, by which patchdeck does not patch`,
    'leave it out of the fleet, or see whether its PATH has the package manager',
  );

const wrongClock = (host: Host, offset: number): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'host.clock',
    `the clock of ${host.name} is ${Math.abs(offset)} s ${offset < 0 ? 'behind' : 'ahead'} of this machine's`,
    'see which of both is wrong, and that time is kept there (timedatectl, chrony)',
  );
