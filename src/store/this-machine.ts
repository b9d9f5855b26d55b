import {readFileSync} from 'node:fs';

/** The machine-id of the machine that this console runs on, in the form of an event's field; nothing where there is none. */
export const thisMachine = (): {machineId?: string} => {
  for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    try {
      const machineId = readFileSync(path, 'utf8').trim();
      if (/^[0-9a-f]{32}$/.test(machineId)) return {machineId};
    } catch {
      // Not every system has one.
    }
  }
  return {};
};
