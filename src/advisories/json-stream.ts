import {JSONParser} from '@streamparser/json';
import {createDepthGuard} from './json-depth.ts';
import type {Sink} from './stream-download.ts';

/**
 * Reads JSON that is too large to hold: each value at `path` (as `$.*.*`) goes to `take` with the keys that lead to it, and is
 * forgotten. Throws for what is no JSON, ends too soon, or is nested deeper than `maxDepth`.
 */
export const jsonStream = <T>(options: {
  path: string;
  maxDepth: number;
  take: (value: unknown, keys: string[]) => void;
  end: () => T;
}): Sink<T> => {
  const guard = createDepthGuard(options.maxDepth);
  const parser = new JSONParser({paths: [options.path], keepStack: false});
  parser.onValue = ({value, key, stack}) => {
    // The first of the stack is the document itself.
    const keys = [...stack.slice(1).map(item => item.key), key];
    options.take(value, keys.map(String));
  };
  return {
    write: chunk => {
      guard(chunk);
      parser.write(chunk);
    },
    end: () => {
      if (!parser.isEnded) throw new Error('it is cut short');
      return options.end();
    },
  };
};
