import {useInput, usePaste} from 'ink';
import {useEffect, useMemo} from 'react';
import type {ConsoleStore} from '../console-store.ts';
import {makeEscapeJoiner} from './escape-joiner.ts';
import {pressesOf} from './press.ts';

/** The one place where keys come in: packets are split, torn sequences joined, pastes kept apart. */
export const useKeyRouter = (store: ConsoleStore): void => {
  const joiner = useMemo(() => makeEscapeJoiner(store.press), [store]);
  useEffect(() => joiner.close, [joiner]);
  useInput((input, key) => {
    for (const press of pressesOf(input, key)) joiner.push(press);
  });
  usePaste(store.paste);
};
