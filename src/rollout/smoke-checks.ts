import {checkFromOutside, insideChecks, splitChecks, type SmokeFailure} from '../hosts/smoke.ts';
import {hostRecord, type RunContext} from './context.ts';

/** Makes the smoke checks of a host, from the console and on the host, and gives those that do not pass. */
export const failingChecks = async (context: RunContext, host: string): Promise<SmokeFailure[]> => {
  const {host: settings} = hostRecord(context, host);
  const {units, commands} = splitChecks(settings.smoke);
  const found = await Promise.all([
    units.length + commands.length === 0 ? [] : context.link(host).ask(insideChecks, {units, commands}),
    checkFromOutside(settings, context.outside),
  ]);
  return found.flat();
};

/** Why a host is not ready for its first change: what fails before could not be told from what the change breaks. */
export const failingAlready = async (context: RunContext, host: string): Promise<string[]> =>
  (await failingChecks(context, host)).map(({what}) => `a smoke check fails already: ${what}`);
