import {createHash} from 'node:crypto';
import {readFile, stat} from 'node:fs/promises';
import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';
import type {Policy} from '../model/policy.ts';
import {maxPolicyBytes, parsePolicy} from './parse-policy.ts';

/** A policy from a file, with the sha256 of its bytes. Throws `policy.unreadable` and as `parsePolicy`. */
export const loadPolicy = async (file: string): Promise<{policy: Policy; digest: string}> => {
  const unreadable = (what: string): PatchdeckError =>
    new PatchdeckError(
      'input',
      'policy.unreadable',
      `${cleanLine(file, 300)} ${what}; nothing was done`,
      'name the file of a policy',
    );
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) throw unreadable('is not there, or is no file');
  if (found.size > maxPolicyBytes) throw unreadable('has more than 1 MB');
  const bytes = await readFile(file).catch(() => {
    throw unreadable('may not be read');
  });
  return {
    policy: parsePolicy(bytes.toString('utf8'), file),
    digest: createHash('sha256').update(bytes).digest('hex'),
  };
};
