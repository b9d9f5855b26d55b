import {isReachable, scaled, schedule, type DemoHost} from './host.ts';
import {uuid} from './random.ts';
import {installedKernel} from './archive.ts';
import {startUnit, unitsOf} from './units.ts';

/** The host's connections break, and nobody reaches it for so long (ms at speed 1); what runs on it goes on. */
export const loseConnections = (host: DemoHost, now: number, awayMs: number): void => {
  host.awayUntil = Math.max(host.awayUntil, now + scaled(host, awayMs));
};

/** Which boot of which machine this is, as the scripts print it: boot_id and start time of PID 1. */
export const newBoot = (host: Pick<DemoHost, 'random'>): string =>
  `${uuid(host.random)}/${20 + Math.floor(host.random() * 40)}`;

const untilDownMs = 2000;
const bootMs = 8000;
const startingMs = 1500;

/** Reboots two seconds from now: running jobs die with the old boot, services start anew in the new one. */
export const reboot = (host: DemoHost, now: number): void => {
  schedule(host, {at: now + scaled(host, untilDownMs), act: goDown});
};

const goDown = (host: DemoHost, now: number): void => {
  host.agenda = host.agenda.filter(due => due.job === undefined);
  host.boot = newBoot(host);
  host.runningKernel = installedKernel(host);
  host.rebootWanted.clear();
  host.updaters = {active: [...host.updaters.active, ...host.updaters.inhibited], inhibited: []};
  loseConnections(host, now, bootMs);
  host.startedAt = host.awayUntil + scaled(host, startingMs);
  schedule(host, {
    at: host.awayUntil,
    act: (self, up) => unitsOf(self).forEach(unit => startUnit(self, unit.name, up)),
  });
};

/** `starting` until its services are up, then `running`, or `degraded` when one has failed. */
export const systemState = (host: DemoHost, now: number): string => {
  if (!isReachable(host, now) || now < host.startedAt) return 'starting';
  return [...host.units.values()].some(unit => unit.state === 'failed') ? 'degraded' : 'running';
};
