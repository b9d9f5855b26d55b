import type {HoleAnswer, HoleQuestion} from '../model/hole.ts';
import type {Signal} from '../model/job.ts';
import type {SoftwareAnswer} from '../model/software.ts';
import type {Question} from '../model/question.ts';
import type {Event} from '../record/event.ts';
import type {Refusal} from '../record/gates.ts';
import type {RunState} from '../record/state.ts';
import type {ErrorKind} from '../model/error.ts';
import type {Command} from './interface.ts';

/** What is small enough to be sent whole with every batch. */
export type EngineStatus = {
  questions: readonly Question[];
  interrupted: boolean;
  busy: boolean;
  failed: string | undefined;
  notices: readonly string[];
};

/** An error on its way between threads. */
export type SentError = {kind: ErrorKind | 'bug'; code: string; message: string; next: string};

/** From the worker. */
export type FromWorker =
  | {type: 'opened'; run: RunState | undefined; status: EngineStatus}
  | {
      type: 'batch';
      events: readonly Event[];
      signals: ReadonlyMap<string, Signal> | undefined;
      status: EngineStatus;
    }
  | {
      type: 'reply';
      id: number;
      value: Refusal | Uint8Array | HoleAnswer | SoftwareAnswer | string | undefined;
    }
  | {type: 'refused'; id: number; error: SentError};

/** To the worker. */
export type Request =
  | {method: 'submit'; command: Command}
  | {method: 'read'; digest: string}
  | {method: 'holes'; question: HoleQuestion}
  | {method: 'software'; words: string}
  | {method: 'log'; host: string}
  | {method: 'idle'}
  | {method: 'close'};
export type ToWorker = Request & {id: number};
