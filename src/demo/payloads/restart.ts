import {z} from 'zod';
import {startUnit, unitsOf} from '../units.ts';
import type {Payload} from './beat.ts';

/** Restarts services, once each. Ends with 1 when one is not active afterwards. */
export const restart: Payload = (_host, args) => {
  const {units} = z.object({units: z.array(z.string())}).parse(args);
  let failed = 0;
  const beats = units.map((unit, index) => ({
    afterMs: 700,
    act: (host: Parameters<Payload>[0], now: number): string[] => {
      const known = unitsOf(host).some(item => item.name === unit);
      const state = known ? startUnit(host, unit, now) : 'inactive';
      if (state !== 'active') failed = 1;
      return [`patchdeck-progress ${Math.floor(((index + 1) * 100) / units.length)} ${unit} ${state}`];
    },
  }));
  return {beats, rc: () => failed};
};
