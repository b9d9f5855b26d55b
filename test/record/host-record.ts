import type {Host} from '../../src/model/host.ts';
import type {ScanSummary} from '../../src/model/scan.ts';
import type {HostRecord} from '../../src/record/state.ts';
import {host} from '../policy/example-fleet.ts';

/** A host as it enters a run, of which only the given is stated. */
export const hostRecord = (
  name: string,
  stated: Partial<Host> = {},
  more: Partial<HostRecord> = {},
): HostRecord => ({
  host: host(name, stated),
  baseline: {},
  phase: 'queued',
  phaseSince: '2026-11-24T03:00:00.000Z',
  note: '',
  jobs: [],
  attemptFrom: 0,
  leases: [],
  rebooted: 0,
  troubles: [],
  ...more,
});

/** What a scan says of a host, reached at its address over these jump hosts. */
export const summaryOver = (at: string, jumps: readonly string[] = [], machineId = at): ScanSummary => ({
  os: 'Debian GNU/Linux 12 (bookworm)',
  kernel: '6.1.0-40-amd64',
  updates: 1,
  security: 1,
  notInstalled: 0,
  held: 0,
  broken: 0,
  rebootWanted: false,
  bootId: 'boot-1',
  machineId,
  reach: {
    transport: 'ssh2',
    because: 'nothing needs more',
    at: {address: at, port: 22},
    jumps: jumps.map(jump => ({name: jump, address: jump, port: 22})),
  },
});

/** The same as a record keeps it. */
export const scanOver = (...args: Parameters<typeof summaryOver>): NonNullable<HostRecord['scan']> => ({
  ...summaryOver(...args),
  file: '0'.repeat(64),
  at: '2026-11-24T03:00:00.000Z',
});
