import type {Severity} from './advisory.ts';

const words: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  emergency: 'critical',
  high: 'high',
  important: 'high',
  medium: 'medium',
  moderate: 'medium',
  low: 'low',
  negligible: 'negligible',
  unimportant: 'negligible',
};

/**
 * What a distribution calls urgent, in one scale. Debian marks what it judged automatically with stars (`low**`). "not yet assigned",
 * "untriaged" and words that are not known give nothing: not judged is not low.
 */
export const severityOf = (word: string | undefined): Severity | undefined => {
  const plain = word?.trim().toLowerCase().replace(/\*+$/, '') ?? '';
  return Object.hasOwn(words, plain) ? words[plain] : undefined;
};
