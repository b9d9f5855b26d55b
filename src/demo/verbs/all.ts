import {facts} from './facts.ts';
import {baseline, owners, preflight, smoke, staleUnits} from './health.ts';
import {pollJob, raiseEpoch, removeJob, startJob} from './jobs.ts';
import {foreign} from './foreign.ts';
import {
  changedConfiguration,
  changelog,
  installed,
  lists,
  marks,
  refresh,
  refusals,
  room,
} from './packages.ts';
import {glance, pending} from './pending.ts';
import {simulate, simulateStaged, simulateUndo} from './simulate.ts';
import {staged} from './staged.ts';
import {
  boot,
  endAside,
  identity,
  inhibitUpdaters,
  reboot,
  releaseUpdaters,
  startAside,
  userId,
  writeHead,
} from './upkeep.ts';
import type {Verb} from './verb.ts';

/** Every script a demo host can answer at once, by verb; the payloads of jobs are apart. */
export const verbs: ReadonlyMap<string, Verb> = new Map([
  ['doctor.shell', userId],
  ['host.facts', facts],
  ['host.baseline', baseline],
  ['host.preflight', preflight],
  ['apt.room', room],
  ['host.stale-units', staleUnits],
  ['host.smoke', smoke],
  ['apt.owners', owners],
  ['host.boot', boot],
  ['host.reboot', reboot],
  ['host.identity', identity],
  ['host.inhibit-updaters', inhibitUpdaters],
  ['host.release-updaters', releaseUpdaters],
  ['host.start-aside', startAside],
  ['host.end-aside', endAside],
  ['host.write-head', writeHead],
  ['job.start', startJob],
  ['job.epoch', raiseEpoch],
  ['job.poll', pollJob],
  ['job.remove', removeJob],
  ['apt.refresh', refresh],
  ['apt.lists', lists],
  ['apt.pending', pending],
  ['apt.glance', glance],
  ['apt.installed', installed],
  ['apt.foreign', foreign],
  ['apt.marks', marks],
  ['apt.simulate', simulate],
  ['apt.simulate-staged', simulateStaged],
  ['apt.simulate-undo', simulateUndo],
  ['packages.staged', staged],
  ['apt.refusals', refusals],
  ['apt.changed-configuration', changedConfiguration],
  ['apt.changelog', changelog],
]);
