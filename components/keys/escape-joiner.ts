import type {Press} from './press.ts';

/** How long an Esc waits for the rest of a sequence that the link has torn apart, in ms. People need longer for two keys. */
const patience = 60;

const arrows: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  '5~': 'pgup',
  '6~': 'pgdn',
  '1~': 'home',
  '4~': 'end',
  '3~': 'delete',
};

/**
 * Puts a torn escape sequence together again: `ESC`, 40 ms, `[B` is the arrow down, not Esc and two letters. What turns
 * out to be no sequence is delivered as it came.
 */
export const makeEscapeJoiner = (deliver: (press: Press) => void) => {
  let held: Press[] = [];
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const waiting = held;
    held = [];
    for (const press of waiting) deliver(press);
  };

  const push = (press: Press): void => {
    if (held.length === 0 && press.key !== 'esc') {
      deliver(press);
      return;
    }
    if (press.key === 'esc') flush();
    held.push(press);
    const body = held
      .slice(1)
      .map(item => item.text)
      .join('');
    const arrow = held.length > 2 ? arrows[body.slice(1)] : undefined;
    if (arrow !== undefined && /^[[O]/.test(body)) {
      held = [];
      flush();
      deliver({key: arrow, text: ''});
      return;
    }
    if (held.length > 1 && !/^(?:\[\d{0,2}|O)$/.test(body)) {
      flush();
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(flush, patience);
  };

  return {push, close: (): void => clearTimeout(timer)};
};
