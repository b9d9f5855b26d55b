import {changesOf, type HostPlan} from '../model/plan.ts';
import {rollbackPointSchema} from '../model/rollback.ts';
import {hostRecord, HostStopped, readDocument, type RunContext} from './context.ts';
import {findRegressions, restartStale} from './health.ts';
import {keptMoment, takeMoment} from './moment.ts';
import {runJob} from './run-job.ts';
import {requireSameHost} from './same-host.ts';
import {findDeviations, reversed} from './state-proof.ts';

/**
 * Takes a host back to its rollback point and proves it: every package, mark, hold and configuration file as before, services
 * no worse. Throws HostStopped when it is not so.
 */
export const rollBackHost = async (
  context: RunContext,
  plan: HostPlan,
  planDigest: string,
): Promise<void> => {
  const {host} = plan;
  const {point: file} = hostRecord(context, host);
  const before = await keptMoment(context, host, 'before');
  if (file?.planDigest !== planDigest || before?.planDigest !== planDigest) {
    throw new HostStopped(
      'failed',
      'rollback.no-point',
      `${host} has no rollback point; nothing was changed`,
      'mend it by hand',
    );
  }
  await requireSameHost(context, host);
  const point = await readDocument(context, file.file, rollbackPointSchema);
  const changes = changesOf(plan);
  const manager = context.manager('apt');
  await context.record({
    type: 'host.phase',
    data: {host, phase: 'rolling back', note: `${changes.length} packages`},
  });
  const code = await runJob(context, host, 'undo', planDigest, manager.undo({point, changes}));
  await restartStale(context, host, planDigest);

  const after = await takeMoment(context, host, planDigest);
  await context.record({type: 'host.baseline', data: {host, when: 'after', file: await context.put(after)}});
  const changedFiles = await context
    .link(host)
    .ask(manager.changedConfiguration, {directory: point.directory});
  const deviations = [
    // Also a package that somebody else had brought to the planned version meanwhile goes back.
    ...findDeviations(before.installed, reversed(changes), after.installed).map(deviation => deviation.what),
    ...setDifference(before.automatic, after.automatic).map(
      name => `${name} lost or gained its automatic mark`,
    ),
    ...setDifference(before.held, after.held).map(name => `${name} lost or gained its hold`),
    ...changedFiles.map(path => `${path} is not as it was`),
    ...(await findRegressions(context, host, before)).map(regression => regression.what),
  ];
  if (deviations.length > 0) {
    throw new HostStopped(
      'failed',
      'rollback.incomplete',
      `the way back ended with ${code} and is not whole: ${deviations.slice(0, 4).join('; ')}`,
      'look at the host by hand; its old packages are in its staging directory',
    );
  }
  await context.record({
    type: 'host.phase',
    data: {host, phase: 'rolled back', note: 'as before: packages, marks, configuration, services'},
  });
};

const setDifference = (a: readonly string[], b: readonly string[]): string[] => {
  const [left, right] = [new Set(a), new Set(b)];
  return [...a.filter(item => !right.has(item)), ...b.filter(item => !left.has(item))];
};
