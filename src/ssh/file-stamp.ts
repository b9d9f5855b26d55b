import {stat} from 'node:fs/promises';

/** Changes when the file does, or what may be done with it; `none`: there is no such file, or nobody may know. */
export const stampOf = (path: string): Promise<string> =>
  stat(path).then(
    ({ino, size, ctimeMs}) => `${ino}:${size}:${ctimeMs}`,
    () => 'none',
  );
