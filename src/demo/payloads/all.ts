import type {Payload} from './beat.ts';
import {install} from './install.ts';
import {restart} from './restart.ts';
import {stage} from './stage.ts';
import {undo} from './undo.ts';

/** The payloads of jobs, by verb. */
export const payloads: ReadonlyMap<string, Payload> = new Map([
  ['apt.stage', stage],
  ['apt.install', install],
  ['apt.undo', undo],
  ['host.restart-units', restart],
]);
