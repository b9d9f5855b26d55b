import {PatchdeckError} from '../model/error.ts';

/** Says something about the store that an operator should know and that stopped nothing. */
export type Notice = (sentence: string) => void;

/** Something is there that patchdeck did not put there, or not in this form. */
export const foreign = (path: string, what: string, next: string): PatchdeckError =>
  new PatchdeckError('outside', 'store.foreign', `${path} ${what}; it was left untouched`, next);

export const damaged = (path: string, what: string, next: string, cause?: unknown): PatchdeckError =>
  new PatchdeckError('outside', 'store.damaged', `${path} ${what}; it was not used`, next, {cause});

/** A disk's refusal to write, as an error that says whether there is no room or something worse. */
export const writeFailed = (path: string, error: unknown): PatchdeckError => {
  if (error instanceof PatchdeckError) return error;
  const code = systemCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new PatchdeckError(
      'outside',
      'store.full',
      `there is no room left to write ${path}; what was to be recorded was not, and nothing new is started`,
      'make room on that disk, then run patchdeck again: hosts that are being worked on go on by themselves',
      {cause: error},
    );
  }
  return new PatchdeckError(
    'outside',
    'store.write-failed',
    `${path} could not be written (${code ?? String(error)}); what was to be recorded was not, and nothing new is started`,
    'look at that disk and its permissions, then run patchdeck again: hosts that are being worked on go on by themselves',
    {cause: error},
  );
};

/** True when nothing can be written any more: the disk is full, or failed. It is the console's fault, never that of a host. */
export const isDiskGone = (error: unknown): boolean =>
  error instanceof PatchdeckError && (error.code === 'store.full' || error.code === 'store.write-failed');

export const readFailed = (path: string, error: unknown): PatchdeckError => {
  if (error instanceof PatchdeckError) return error;
  return new PatchdeckError(
    'outside',
    'store.unreadable',
    `${path} could not be read (${systemCode(error) ?? String(error)}); nothing was taken from it`,
    'look at that disk and its permissions, then try again',
    {cause: error},
  );
};

/** `ENOENT` and the like; undefined for an error that is not the system's. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
