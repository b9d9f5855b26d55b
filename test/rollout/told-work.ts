import {setImmediate as turn} from 'node:timers/promises';
import {until} from '../store/example-run.ts';

/** Work on hosts that ends when it is told to; keeps what began, in order, and how much ran at once. */
export class ToldWork {
  readonly begun: string[] = [];
  most = 0;
  readonly #ends = new Map<string, (good: boolean | Error) => void>();

  readonly on = (name: string): Promise<boolean> => {
    this.begun.push(name);
    return new Promise((resolve, reject) => {
      this.#ends.set(name, good => {
        this.#ends.delete(name);
        if (good instanceof Error) reject(good);
        else resolve(good);
      });
      this.most = Math.max(this.most, this.#ends.size);
    });
  };

  get running(): string[] {
    return [...this.#ends.keys()];
  }

  async end(name: string, good: boolean | Error = true): Promise<void> {
    await until(`${name} is at work`, () => this.#ends.has(name));
    this.#ends.get(name)?.(good);
    await settled();
  }
}

/** Whoever can go on now has gone on. */
export const settled = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await turn();
};
