import {cleanLine} from '../model/clean.ts';
import type {Asker} from '../model/question.ts';

/** Puts a question for a secret; undefined when nobody answers. */
export const askSecret = async (
  ask: Asker,
  target: {name: string},
  what: 'ssh-password' | 'key-passphrase' | 'become-password' | 'one-time-code',
  prompt: string,
): Promise<string | undefined> => {
  const answer = await ask({kind: 'secret', host: target.name, what, prompt: cleanLine(prompt)});
  return typeof answer === 'object' && answer !== null ? answer.secret : undefined;
};
