import type {Job} from '../../src/model/job.ts';

export const exampleJob: Job = {
  id: '0'.repeat(31) + '1',
  host: 'web1',
  kind: 'install',
  planDigest: 'f'.repeat(64),
  bootId: 'boot/1',
  machineId: 'machine',
};
