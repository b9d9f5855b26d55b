/** How far the output of a shell got. `noise`: whatever a login shell prints; `ready`: our shell runs; `body`: the script's own output. */
export type Stage = 'noise' | 'ready' | 'body' | 'ended';

/** Splits what comes from a host: noise, READY, noise, BEGIN, the script's output, END with its exit code. */
export type ScriptOutput = {
  push(chunk: Uint8Array): void;
  readonly stage: Stage;
  /** The exit code END named. */
  readonly code: number | undefined;
  /** Bytes of the script's output so far. */
  readonly size: number;
  /** The script's output. */
  bytes(): Uint8Array;
  /** The end of the noise, for a message. */
  noise(): string;
};

const noiseLimit = 4096;

export const createScriptOutput = (nonce: string): ScriptOutput => {
  const ready = Buffer.from(`READY-${nonce}\n`);
  const begin = Buffer.from(`BEGIN-${nonce}\n`);
  const end = Buffer.from(`\nEND-${nonce} `);
  let stage: Stage = 'noise';
  let code: number | undefined;
  let noise = '';
  let size = 0;
  const parts: Buffer[] = [];
  /** Not decided yet: it may hold the first half of a marker. */
  let carry: Buffer = Buffer.alloc(0);

  const keep = (bytes: Buffer): void => {
    if (stage === 'body') {
      parts.push(bytes);
      size += bytes.length;
    } else if (stage === 'noise') {
      noise = (noise + bytes.toString('utf8')).slice(-noiseLimit);
    }
  };
  /** Moves what cannot be part of the marker out of the carry. True when the marker was there; the carry then begins after it. */
  const passed = (marker: Buffer): boolean => {
    const at = carry.indexOf(marker);
    const cut = at >= 0 ? at : Math.max(0, carry.length - marker.length + 1);
    keep(carry.subarray(0, cut));
    carry = carry.subarray(at >= 0 ? at + marker.length : cut);
    return at >= 0;
  };

  const lookForEnd = (): void => {
    for (;;) {
      const at = carry.indexOf(end);
      if (at < 0) {
        const cut = Math.max(0, carry.length - end.length + 1);
        keep(carry.subarray(0, cut));
        carry = carry.subarray(cut);
        return;
      }
      const rest = carry.subarray(at + end.length);
      const status = rest.toString('latin1', 0, 4);
      if (/^\d{1,3}\n/.test(status)) {
        keep(carry.subarray(0, at));
        carry = Buffer.alloc(0);
        code = Number.parseInt(status, 10);
        stage = 'ended';
        return;
      }
      if (/^\d{0,3}$/.test(status)) return;
      keep(carry.subarray(0, at + end.length));
      carry = rest;
    }
  };

  return {
    push: chunk => {
      if (stage === 'ended') return;
      carry = Buffer.concat([carry, chunk]);
      if (stage === 'noise' && passed(ready)) stage = 'ready';
      if (stage === 'ready' && passed(begin)) stage = 'body';
      if (stage !== 'body') return;
      lookForEnd();
    },
    get stage() {
      return stage;
    },
    get code() {
      return code;
    },
    get size() {
      return size;
    },
    bytes: () => Buffer.concat(stage === 'body' ? [...parts, carry] : parts),
    noise: () => noise + (stage === 'noise' ? carry.toString('utf8') : ''),
  };
};
