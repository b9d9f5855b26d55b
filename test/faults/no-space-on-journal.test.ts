import {test} from 'vitest';
import {journalGoes, withFailingDisk} from './disk-world.ts';

const withRun = withFailingDisk();

test('no space for the journal in the middle of an upgrade: nothing new starts, the running job is followed to its end and said, and what could not be recorded is written elsewhere', () =>
  withRun((world, disk) => journalGoes(world, disk, 'ENOSPC')));
