import type {Baseline} from '../../src/model/facts.ts';
import {describeReach} from '../../src/model/reach.ts';
import type {RollbackPoint} from '../../src/model/rollback.ts';
import type {Scan} from '../../src/model/scan.ts';
import type {HostRecord} from '../../src/record/state.ts';
import {turnOf} from '../../src/record/wave-of.ts';
import type {ConsoleState} from '../console-state.ts';
import {ago, clockTime, localTimes} from '../moments.ts';
import {plannedWords} from '../planned-words.ts';
import {pendingLines} from './pending.ts';
import {phaseStatus, scanStatus, statusSpan} from '../screens/status.ts';
import {labelled} from '../screens/strips.ts';
import {line, span, strong, type Line} from '../span.ts';
import {bytesWords, number} from '../words.ts';

/** Everything the run knows of one host, worst first. */
export const hostLines = (state: ConsoleState, name: string, width: number): Line[] => {
  const record = state.engine.run?.hosts.get(name);
  if (record === undefined) return [line(`${name} is not part of the run.`)];
  const scan = scanOf(record, state);
  return [
    ...troubles(record, state, width),
    ...inventory(record, state, width),
    ...rollout(record, state, width),
    ...system(record, state, width),
    ...(scan === undefined ? [] : pendingLines(scan, state, width)),
  ];
};

const troubles = (record: HostRecord, state: ConsoleState, width: number): Line[] =>
  record.troubles.flatMap(trouble => [
    ...labelled('trouble', trouble.what, width, state, 4),
    ...labelled('next', trouble.next, width, state, 3),
    line(''),
  ]);

const inventory = (record: HostRecord, state: ConsoleState, width: number): Line[] => {
  const {host, goesLast} = record;
  const reach = record.scan?.reach;
  const where = [
    `${host.user ?? ''}${host.user === undefined ? '' : '@'}${host.address}${host.port === undefined ? '' : `:${host.port}`}`,
    `become ${host.become}`,
    ...(host.transport === undefined ? [] : [`transport ${host.transport}`]),
    ...(host.jump === undefined ? [] : [`through ${host.jump}`]),
    ...(host.runsOn === undefined ? [] : [`runs on ${host.runsOn}`]),
    `groups ${host.groups.join(' ') || 'none'}`,
    ...(host.tags.length === 0 ? [] : [`tags ${host.tags.join(' ')}`]),
  ];
  const weight = [
    `criticality ${host.criticality ?? 'not stated'}`,
    `exposure ${host.exposure ?? 'not stated'}`,
    `data ${host.data ?? 'not stated'}`,
    `owner ${host.owner ?? 'not stated'}`,
    turnOf(record),
  ];
  const smoke = host.smoke.map(checkText);
  return [
    ...labelled('host', where.join(', '), width, state, 2),
    ...(reach === undefined ? [] : labelled('reached', `by ${describeReach(reach)}`, width, state, 2)),
    ...(goesLast === undefined
      ? []
      : labelled('order', `goes last, alone: ${goesLast.why}`, width, state, 2)),
    ...labelled('weight', weight.join(', '), width, state, 2),
    ...labelled('smoke', smoke.length === 0 ? 'no check is declared' : smoke.join('; '), width, state, 3),
    line(''),
  ];
};

const checkText = (check: HostRecord['host']['smoke'][number]): string => {
  if ('unit' in check) return check.unit;
  if ('tcp' in check) return `tcp ${check.tcp}`;
  return 'http' in check ? `${check.http.url} answers ${check.http.status}` : `$ ${check.command}`;
};

/** Why the way back is graded as it is: of several steps each with its own grade. Undefined while its file is being read. */
const backWords = (point: RollbackPoint | undefined): string | undefined =>
  point === undefined || point.steps.length < 2
    ? point?.reasons.join('; ')
    : point.steps
        .map(({manager, grade, reasons}) => `${manager} ${grade} (${reasons.join('; ')})`)
        .join(', ');

const rollout = (record: HostRecord, state: ConsoleState, width: number): Line[] => {
  if (record.planned === undefined) return [];
  const {checked, point, verified, handedOver} = record;
  const checks =
    checked === undefined ? 'not yet' : checked.ready ? 'ready' : `not ready: ${checked.findings.join('; ')}`;
  const kept = state.point?.digest === point?.file ? state.point?.value : undefined;
  const back = point === undefined ? 'not graded yet' : `${point.grade}: ${backWords(kept) ?? point.why}`;
  return [
    line(
      strong('phase     '),
      statusSpan(phaseStatus(record), state),
      span(`  since ${clockTime(Date.parse(record.phaseSince))}  ${record.note}`, 'quiet'),
    ),
    ...labelled(
      'plan',
      `${plannedWords(record)}, plan ${record.planned.planDigest.slice(0, 8)}`,
      width,
      state,
      1,
    ),
    ...labelled('preflight', checks, width, state, 6),
    ...labelled('way back', back, width, state, 6),
    ...(verified === undefined
      ? []
      : labelled(
          'verified',
          `${verified.good ? 'ok' : 'not ok'}, ${ago(verified.at, state.now)}${verified.findings.length === 0 ? '' : `: ${verified.findings.join('; ')}`}`,
          width,
          state,
          8,
        )),
    ...(handedOver === undefined
      ? []
      : labelled('handed to', `${handedOver.owner}: ${handedOver.reason}`, width, state, 2)),
    ...record.leases.flatMap(lease =>
      labelled('held', `${lease.what}, ends by itself at ${localTimes(lease.expires)}`, width, state, 2),
    ),
    line(''),
  ];
};

const system = (record: HostRecord, state: ConsoleState, width: number): Line[] => {
  const scan = scanOf(record, state);
  const status = line(strong('scan      '), statusSpan(scanStatus(record, state), state));
  if (record.scan === undefined) return [status, line('')];
  if (scan === undefined) {
    const failed = state.scan?.digest === record.scan.file ? state.scan.error : undefined;
    return [status, ...labelled('facts', failed ?? 'being read', width, state, 2), line('')];
  }
  const {facts} = scan;
  const reboot = facts.rebootWanted.length === 0 ? '' : `; reboot wanted by ${facts.rebootWanted.join(', ')}`;
  const newer =
    facts.kernel.newest === null || facts.kernel.newest === facts.kernel.running
      ? ''
      : `, newest ${facts.kernel.newest}`;
  return [
    status,
    ...labelled(
      'system',
      `${facts.os.name}, ${facts.arch}${facts.container === null ? '' : `, in ${facts.container}`}`,
      width,
      state,
      1,
    ),
    ...[record.scan.endOfLife ?? record.scan.support?.sentence ?? []]
      .flat()
      .flatMap(sentence => labelled('support', sentence, width, state, 2)),
    ...(record.scan.documented ?? []).flatMap(({manager, sentence}) =>
      labelled(
        'manager',
        record.host.tried?.includes(manager) ? `${sentence}; the inventory says that it was tried` : sentence,
        width,
        state,
        3,
      ),
    ),
    ...(record.scan.limits ?? []).flatMap(limit => labelled('limit', limit, width, state, 3)),
    ...labelled('kernel', `${facts.kernel.running}${newer}${reboot}`, width, state, 2),
    ...(record.scan.rebootUnknown === undefined
      ? []
      : labelled('reboot', record.scan.rebootUnknown, width, state, 3)),
    ...labelled(
      'time',
      `${clockTime(facts.clock * 1000, facts.timeZone)} there at the scan, ${clockTime(Date.parse(scan.at))} here (${ago(scan.at, state.now)})`,
      width,
      state,
      1,
    ),
    ...labelled(
      'packages',
      `${number(scan.installed.length)} by ${scan.managers.join(' and ')}, ${number(facts.automatic.length)} automatic, held: ${facts.held.join(', ') || 'none'}`,
      width,
      state,
      2,
    ),
    ...(facts.broken.length === 0 ? [] : labelled('broken', facts.broken.join(', '), width, state, 3)),
    ...(scan.baseline === undefined ? [] : stateLines(scan.baseline, state, width)),
    line(''),
  ];
};

const scanOf = (record: HostRecord, state: ConsoleState): Scan | undefined =>
  state.scan !== undefined && state.scan.digest === record.scan?.file ? state.scan.value : undefined;

/** How the host was at the scan: what an upgrade is compared with. */
const stateLines = (baseline: Baseline, state: ConsoleState, width: number): Line[] => {
  const {servicesUnknown, failedUnits, socketsUnknown, sockets, mounts, disks} = baseline;
  const free = disks.map(
    ({mount, freeBytes, sizeBytes}) => `${mount} ${bytesWords(freeBytes)} of ${bytesWords(sizeBytes)} free`,
  );
  return [
    ...labelled('failed', orUnknown(failedUnits.join(', ') || 'no unit', servicesUnknown), width, state, 3),
    ...labelled('listens', orUnknown(sockets.join(', ') || 'on nothing', socketsUnknown), width, state, 3),
    ...labelled('mounts', mounts.join(', ') || 'none', width, state, 2),
    ...labelled('disks', free.join(', ') || 'not known', width, state, 3),
  ];
};

const orUnknown = (known: string, why: string | undefined): string =>
  why === undefined ? known : `not known: ${why}`;
