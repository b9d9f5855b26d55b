import {linesOf, sections} from '../model/answer.ts';
import {cleanLine} from '../model/clean.ts';
import type {Host, SmokeCheck} from '../model/host.ts';
import {defineScript, type Probe} from '../model/script.ts';
import {services} from './services.ts';

/** One check that did not pass; `unit` when it names a service. `check` is the same however it fails. */
export type SmokeFailure = {check: string; what: string; unit?: string};

/** Checks from the console: the way a user of the service would come. Each gives a reason, or undefined when it passed. */
export type OutsideChecks = {
  tcp(address: string, port: number): Promise<string | undefined>;
  http(url: string, status: number): Promise<string | undefined>;
};

const verb = 'host.smoke';

/** Units and commands are asked on the host. A command runs as root with a deadline of 30 seconds and passes with 0. */
export const insideChecks: Probe<{units: readonly string[]; commands: readonly string[]}, SmokeFailure[]> = {
  script: ({units, commands}) =>
    defineScript(
      verb,
      {units, commands},
      `
export LC_ALL=C${services}
echo '@@ units'
for unit in $1; do
  state=$(state_of "$unit" 2>/dev/null)
  [ "$state" = active ] || printf '%s\\t%s\\n' "$unit" "\${state:-unknown}"
done
echo '@@ commands'
printf '%s\\n' "$2" | while IFS= read -r command; do
  [ -n "$command" ] || continue
  said=$(timeout 30 /bin/sh -c "$command" </dev/null 2>&1); code=$?
  [ $code -eq 0 ] || printf '%s ended with %s: %s\\n' "$command" "$code" "$(printf '%s' "$said" | tail -n 1)"
done
echo '@@ end'`,
      {root: true},
    ),
  parse: raw => {
    const found = sections(verb, raw);
    return [
      ...linesOf(verb, found, 'units').map(line => {
        const [unit = '', state = ''] = line.split('\t').map(word => cleanLine(word));
        return {check: unit, what: `${unit} is ${state}`, unit};
      }),
      ...linesOf(verb, found, 'commands').map(line => {
        const what = cleanLine(line);
        return {check: what.replace(/ ended with \d+:.*$/, ''), what};
      }),
    ];
  },
};

/** The checks of a host by where they are made. */
export const splitChecks = (
  checks: readonly SmokeCheck[],
): {units: string[]; commands: string[]; outside: SmokeCheck[]} => ({
  units: checks.flatMap(check => ('unit' in check ? [check.unit] : [])),
  commands: checks.flatMap(check => ('command' in check ? [check.command] : [])),
  outside: checks.filter(check => 'tcp' in check || 'http' in check),
});

/** Makes the checks that come from outside, all at once. */
export const checkFromOutside = async (host: Host, outside: OutsideChecks): Promise<SmokeFailure[]> => {
  const results = await Promise.all(
    splitChecks(host.smoke).outside.map(async check => {
      if ('tcp' in check) return describe(`tcp ${check.tcp}`, await outside.tcp(host.address, check.tcp));
      if (!('http' in check)) return undefined;
      const url = check.http.url.replaceAll(
        '{address}',
        host.address.includes(':') ? `[${host.address}]` : host.address,
      );
      return describe(url, await outside.http(url, check.http.status));
    }),
  );
  return results.filter(result => result !== undefined);
};

const describe = (what: string, failure: string | undefined): SmokeFailure | undefined =>
  failure === undefined ? undefined : {check: what, what: `${what}: ${failure}`};
