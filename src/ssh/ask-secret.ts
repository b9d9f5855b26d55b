import {cleanLine} from '../model/clean.ts';
import type {Asker} from '../model/question.ts';

/** Puts a question for a secret; undefined when nobody answers, or the signal takes it away. */
export const askSecret = async (
  ask: Asker,
  target: {name: string},
  what: 'ssh-password' | 'key-passphrase' | 'become-password' | 'one-time-code',
  prompt: string,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const answer = await ask({kind: 'secret', host: target.name, what, prompt: cleanLine(prompt)}, signal);
  return typeof answer === 'object' && answer !== null ? answer.secret : undefined;
};
