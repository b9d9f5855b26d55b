import {createCollector} from '../src/advisories/collect-packages.ts';
import {connectEngine} from '../src/engine/connect-engine.ts';
import {scanSchema} from '../src/model/scan.ts';
import type {Flags} from './flags.ts';
import {engineSettings, engineWorker} from './session.ts';

/**
 * Each source package and version of the open run that records are looked up for, once, in a stable order. What is a third party's is
 * not among them. Throws `run.none`.
 */
export const installedInRun = async (
  flags: Flags,
): Promise<{ecosystem: string; name: string; version: string}[]> => {
  const engine = await connectEngine(await engineSettings(flags, 'need', []), engineWorker);
  const collector = createCollector();
  try {
    for (const {scan} of engine.state().run?.hosts.values() ?? []) {
      if (scan === undefined) continue;
      const text = new TextDecoder().decode(await engine.read(scan.file));
      collector.add(scanSchema.parse(JSON.parse(text) as unknown));
    }
  } finally {
    await engine.close();
  }
  const found = new Map(
    [...collector.collected.groups.values()].map(({ecosystem, source, installed}) => [
      `${ecosystem}|${source}|${installed}`,
      {ecosystem, name: source, version: installed},
    ]),
  );
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, query]) => query);
};
