import {ecosystemOf, managerOfRelease} from '../src/advisories/ecosystem.ts';
import {scanSchema} from '../src/model/scan.ts';
import type {Flags} from './flags.ts';
import {engineSettings, engineWorker} from './session.ts';
import {connectEngine} from '../src/engine/connect-engine.ts';

/** Each source package and version that is installed in the open run, once, in a stable order. Throws `run.none`. */
export const installedInRun = async (
  flags: Flags,
): Promise<{ecosystem: string; name: string; version: string}[]> => {
  const engine = await connectEngine(await engineSettings(flags, 'need', []), engineWorker);
  try {
    const found = new Map<string, {ecosystem: string; name: string; version: string}>();
    for (const record of engine.state().run?.hosts.values() ?? []) {
      if (record.scan === undefined) continue;
      const text = new TextDecoder().decode(await engine.read(record.scan.file));
      const {facts, installed} = scanSchema.parse(JSON.parse(text) as unknown);
      const ecosystem = ecosystemOf(facts.os);
      if (ecosystem === undefined) continue;
      for (const {manager, source, sourceVersion} of installed) {
        if (manager !== managerOfRelease(ecosystem)) continue;
        found.set(`${ecosystem}|${source}|${sourceVersion}`, {
          ecosystem,
          name: source,
          version: sourceVersion,
        });
      }
    }
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, query]) => query);
  } finally {
    await engine.close();
  }
};
