import {PatchdeckError} from '../src/model/error.ts';
import type {Refusal} from '../src/record/gates.ts';

/** The exit codes that scripts rely on. */
export const exitCodes = {
  done: 0,
  bug: 1,
  input: 2,
  hosts: 3,
  gate: 4,
  held: 5,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What a thrown error ends the program with. */
export const exitCodeOf = (error: unknown): ExitCode => {
  if (!(error instanceof PatchdeckError)) return exitCodes.bug;
  switch (error.kind) {
    case 'input':
      return exitCodes.input;
    case 'gate':
      return exitCodes.gate;
    case 'busy':
      return exitCodes.held;
    case 'outside':
      return exitCodes.hosts;
  }
};

const inputCodes = new Set(['host.unknown', 'command.invalid']);

/** A refusal of the engine as an error of the gate, or of the input where a name was wrong. */
export const refused = (refusal: Refusal): PatchdeckError =>
  new PatchdeckError(
    inputCodes.has(refusal.code) ? 'input' : 'gate',
    refusal.code,
    refusal.what,
    refusal.next,
  );
