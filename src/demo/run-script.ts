import {readScriptHeader} from '../model/script.ts';
import {advance, scaled, type DemoHost} from './host.ts';
import {verbs} from './verbs/all.ts';

/** What a script came to. */
type Outcome = {stdout: string; stderr: string; code: number};

/** How long the script takes on this host, ms: some more or less each time. */
export const durationOf = (host: DemoHost, text: string): number => {
  const verb = verbs.get(readScriptHeader(text)?.verb ?? '');
  return scaled(host, (verb?.tookMs ?? 0) * (0.7 + 0.6 * host.random()));
};

/** Answers the verb of a script; nothing is executed. What it does not know ends with 127, as a shell would. */
export const runScript = (host: DemoHost, text: string, now: number): Outcome => {
  advance(host, now);
  const header = readScriptHeader(text);
  const verb = verbs.get(header?.verb ?? '');
  if (header === undefined || verb === undefined) {
    const what = header === undefined ? 'a script without a header' : header.verb;
    return {stdout: '', stderr: `demo host ${host.spec.name}: ${what}: not found\n`, code: 127};
  }
  try {
    return {stdout: verb.reply(host, header.args, now), stderr: '', code: 0};
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {stdout: '', stderr: `demo host ${host.spec.name}: ${header.verb}: ${reason}\n`, code: 2};
  }
};
