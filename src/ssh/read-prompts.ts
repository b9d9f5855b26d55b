import {promptMark, type Become} from './become.ts';

/** One prompt of sudo or doas. */
export type BecomePrompt = {
  /** Its own words, where it shows them: `Verification code`. Empty: it asks for the password, or does not say for what. */
  label: string;
  /** Words came between the prompt before and this one, as "Sorry, try again.": what was answered is wrong. */
  afterWords: boolean;
};

/**
 * The prompts in what was said so far. sudo puts our mark in the place of every prompt of PAM, also of one for a second factor; sudo-rs puts it in
 * brackets before the words of PAM. A login shell with `set -x` shows the command itself, where the mark follows `-p `: that is no prompt. doas
 * has words of its own.
 */
export const readPrompts = (become: Become, text: string, nonce: string): BecomePrompt[] => {
  if (become === 'doas') {
    const parts = text.split(/^(?:doas \([^)\n]*\) )?password:/im);
    return parts.slice(1).map((_, index) => ({
      label: '',
      afterWords: index > 0 && (parts[index] ?? '').trim() !== '',
    }));
  }
  const prompts: BecomePrompt[] = [];
  const parts = text.split(promptMark(nonce));
  for (const [index, part] of parts.slice(1).entries()) {
    const before = parts[index] ?? '';
    // Not all of it is there yet.
    if (/-p ['"]?$/.test(before) || !/^:/.test(part) || /^:\][^\n:]*$/.test(part)) continue;
    const label = /^:\] *([^\n:]*):/.exec(part)?.[1] ?? '';
    prompts.push({
      label: /^pass(word|phrase)/i.test(label) ? '' : label,
      afterWords:
        prompts.length > 0 &&
        before
          .replace(/^:(\][^\n:]*:)?/, '')
          .replace(/\[sudo: $/, '')
          .trim() !== '',
    });
  }
  return prompts;
};
