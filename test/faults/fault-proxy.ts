import {connect, createServer, type Socket} from 'node:net';

/** What a link does to what a host says, once so many bytes of it have passed on this connection. */
export type LinkFault =
  | {is: 'none'}
  /** Every packet comes later by so many milliseconds. */
  | {is: 'delay'; ms: number}
  /** Nothing passes any more, in either direction, and nobody is told. */
  | {is: 'stall'; after: number}
  /** The connection is reset (RST). */
  | {is: 'reset'; after: number}
  /** The host's side is gone; this side is not told, and takes what is sent. */
  | {is: 'half-open'; after: number}
  /** The connection ends in the middle of a packet (FIN). */
  | {is: 'truncate'; after: number}
  /** One byte at a time, so many milliseconds between. */
  | {is: 'drip'; everyMs: number}
  /** Bytes are other ones. */
  | {is: 'garbage'; after: number};

export type FaultProxy = {
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  /** Bytes that hosts said through it so far. */
  readonly passed: number;
  /** What happens to connections from now on, those that are open included. */
  set(fault: LinkFault): void;
  close(): Promise<void>;
};

/** A TCP proxy on loopback before a host, whose faults the test decides. */
export const startFaultProxy = async (targetPort: number): Promise<FaultProxy> => {
  let fault: LinkFault = {is: 'none'};
  let connections = 0;
  let passed = 0;
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const later = (ms: number, act: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  };

  const server = createServer({noDelay: true}, client => {
    connections += 1;
    const host = connect({port: targetPort, host: '127.0.0.1', noDelay: true});
    for (const socket of [client, host]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => sockets.delete(socket));
    }
    let seen = 0;
    let dead = false;
    const say = (bytes: Uint8Array): void => {
      if (client.writable) client.write(bytes);
    };
    // What waits is said in order: also when the fault is another one meanwhile, nothing overtakes it.
    const waiting: {at: number; bytes: Uint8Array}[] = [];
    const sayNext = (): void => {
      const [first] = waiting;
      if (first === undefined) return;
      later(Math.max(0, first.at - performance.now()), () => {
        waiting.shift();
        say(first.bytes);
        sayNext();
      });
    };
    const sayAt = (at: number, bytes: Uint8Array): void => {
      waiting.push({at, bytes});
      if (waiting.length === 1) sayNext();
    };
    const pass = (bytes: Uint8Array): void => {
      if (waiting.length === 0) say(bytes);
      else sayAt(performance.now(), bytes);
    };
    host.on('data', (chunk: Buffer) => {
      if (dead) return;
      const before = seen;
      seen += chunk.length;
      passed += chunk.length;
      if (fault.is === 'none') pass(chunk);
      else if (fault.is === 'delay') sayAt(performance.now() + fault.ms, chunk);
      else if (fault.is === 'drip') {
        const from = waiting.at(-1)?.at ?? performance.now();
        for (const [index, byte] of chunk.entries()) sayAt(from + index * fault.everyMs, Buffer.from([byte]));
      } else if (seen <= fault.after) pass(chunk);
      else {
        const whole = Math.max(0, fault.after - before);
        if (fault.is === 'garbage') {
          pass(chunk.map((byte, index) => (index < whole ? byte : byte ^ 0x5a)));
          return;
        }
        dead = true;
        if (fault.is === 'reset') client.resetAndDestroy();
        else if (fault.is === 'truncate') client.end(chunk.subarray(0, whole));
        if (fault.is !== 'stall') host.destroy();
      }
    });
    host.on('close', () => {
      if (!dead) client.destroy();
    });
    client.on('data', (chunk: Buffer) => {
      if (!dead && !host.destroyed) host.write(chunk);
    });
    client.on('close', () => host.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    get connections() {
      return connections;
    },
    get passed() {
      return passed;
    },
    set: next => {
      fault = next;
    },
    close: async () => {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      await new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
};
