import type * as Ssh2Module from 'ssh2';

/** The ssh2 package. */
export type Ssh2 = (typeof Ssh2Module)['default'];

/** Loads ssh2, which takes longer than a first frame may: only once a host is opened. A CommonJS module, so all hangs on its default export. */
export const loadSsh2 = async (): Promise<Ssh2> => (await import('ssh2')).default;
