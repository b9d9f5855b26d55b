import type {Host} from '../model/host.ts';
import {PatchdeckError} from '../model/error.ts';
import type {Asker} from '../model/question.ts';
import {describeReach} from '../model/reach.ts';
import {defineScript} from '../model/script.ts';
import {HopFailed} from '../ssh/jump.ts';
import type {Session, Transport} from '../ssh/session.ts';
import {describeTarget, type Target} from '../ssh/target.ts';
import {facts} from './facts.ts';

/** The steps to a host that can be patched, in their order. */
export const steps = [
  'name',
  'hop',
  'address',
  'port',
  'key exchange',
  'host key',
  'authentication',
  'shell',
  'become',
  'package manager',
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
  ask: Asker;
  /** Milliseconds since 1970. */
  now: () => number;
  signal: AbortSignal;
};

/** How far a host's clock may be off, in seconds: more spoils certificates, deadlines and the order of logs. */
const clockToleranceS = 60;

/** Goes to a host step by step and stops at the first thing wrong. Changes nothing there. */
export const walkTo = async (host: Host, world: WalkWorld): Promise<Walk> => {
  const passed: Walk['passed'] = [];
  const good = (step: Step, says: string): void => void passed.push({step, says});
  let at: Step = 'name';
  let session: Session | undefined;
  try {
    if (host.transport === 'local') good('name', 'this machine itself');
    const target = host.transport === 'local' ? undefined : await world.resolve(host);
    if (target !== undefined) {
      good('name', `${target.user}@${describeTarget(target)}`);
    }
    session = await world.transport.open(host, world.ask, world.signal);
    if (target !== undefined) {
      const jumps = target.jumps.map(describeTarget).join(', then ');
      good('hop', jumps === '' ? 'none' : jumps);
      good('address', target.address);
      good('port', String(target.port));
      good('key exchange', session.reach === undefined ? 'done' : describeReach(session.reach));
      good('host key', session.hostKey);
      good('authentication', `as ${target.user}`);
    }
    at = 'shell';
    await answered(session, false);
    good('shell', 'answers cleanly');
    at = 'become';
    await answered(session, true);
    good('become', `root, by ${host.become}`);
    at = 'package manager';
    const before = world.now();
    const seen = facts.parse((await session.run(facts.script(undefined), {signal: world.signal})).stdout);
    if (seen.managers.length === 0) throw noManager(host, seen.os.name);
    good('package manager', `${seen.managers.join(', ')} on ${seen.os.name}`);
    at = 'clock';
    const offset = Math.round(seen.clock - (before + world.now()) / 2000);
    if (Math.abs(offset) > clockToleranceS) throw wrongClock(host, offset);
    good('clock', `${Math.abs(offset)} s off`);
    return {passed, stopped: undefined};
  } catch (error) {
    return {passed, stopped: {step: session === undefined ? stepOf(error) : at, error}};
  } finally {
    session?.close();
  }
};

/** Where a connection failed, from its code. */
const stepOf = (error: unknown): Step => {
  if (error instanceof HopFailed) return 'hop';
  return error instanceof PatchdeckError ? (stepOfCode.get(error.code) ?? 'key exchange') : 'key exchange';
};

const stepOfCode: ReadonlyMap<string, Step> = new Map([
  ['ssh.unresolved', 'name'],
  ['ssh.unreachable', 'address'],
  ['ssh.timeout', 'address'],
  ['ssh.refused', 'port'],
  ['ssh.not-ssh', 'port'],
  ['ssh.closed', 'key exchange'],
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

const noManager = (host: Host, os: string): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'host.no-manager',
    `${host.name} (${os}) has no package manager that patchdeck knows`,
    'leave it out of the fleet, or see whether its PATH has the package manager',
  );

const wrongClock = (host: Host, offset: number): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'host.clock',
    `the clock of ${host.name} is ${Math.abs(offset)} s ${offset < 0 ? 'behind' : 'ahead'} of this machine's`,
    'see which of both is wrong, and that time is kept there (timedatectl, chrony)',
  );
