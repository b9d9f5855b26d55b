import type {Press} from './press.ts';

/**
 * One of a few values after one key: arrows and space go on to the next, a letter to the next that begins with it, and what deletes leads
 * to none (''). undefined when the key picks nothing.
 */
export const pickOption = (value: string, options: readonly string[], press: Press): string | undefined => {
  if (['backspace', 'delete', 'ctrl+h', 'ctrl+u', 'ctrl+w'].includes(press.key)) return '';
  if (press.key === 'right' || press.key === 'space') return next(['', ...options], value, 1);
  if (press.key === 'left') return next(['', ...options], value, -1);
  if (press.text === '') return undefined;
  const fitting = options.filter(option => option.startsWith(press.text.toLowerCase()));
  return fitting.length === 0 ? value : next(fitting, value, 1);
};

const next = (options: readonly string[], value: string, by: number): string => {
  const at = options.indexOf(value);
  // A value that is none of these stands before the first and after the last.
  const to = at < 0 && by < 0 ? options.length - 1 : at + by;
  return options[(to + options.length) % options.length] ?? '';
};
