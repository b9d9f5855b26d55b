import {customName} from '../managers/custom/custom.ts';
import type {Manager} from '../managers/manager.ts';
import {linesOf, sections} from '../model/answer.ts';
import {cleanLine} from '../model/clean.ts';
import type {CustomManager} from '../model/custom.ts';
import {PatchdeckError} from '../model/error.ts';
import type {Host} from '../model/host.ts';
import {defineScript, type Probe} from '../model/script.ts';
import type {Session} from '../ssh/session.ts';

const verb = 'custom.doctor';

/** What an application's updater lacks on a host, one sentence each. */
const lacking: Probe<CustomManager, string[]> = {
  script: own =>
    defineScript(
      verb,
      {
        user: own.user,
        programs: [
          own.pending,
          own.installed,
          own.stage,
          own.install,
          own.undo,
          own.rehearseUndo ?? [],
        ].flatMap(([program]) => (program === undefined ? [] : [program])),
        units: own.restart ?? [],
      },
      `
set -f; IFS='
'
echo '@@ lacks'
id -u "$1" >/dev/null 2>&1 || echo "there is no user $1"
for tool in timeout tar sha256sum $([ "$1" = root ] || echo runuser); do command -v $tool >/dev/null || echo "there is no $tool"; done
for program in $(printf '%s\\n' "$2" | sort -u); do [ -x "$program" ] || echo "$program is not there, or no program"; done
for unit in $3; do systemctl cat "$unit" >/dev/null 2>&1 || echo "there is no unit $unit"; done
echo '@@ end'`,
      {root: true},
    ),
  parse: raw => linesOf(verb, sections(verb, raw), 'lacks').map(line => cleanLine(line, 200)),
};

/** Asks each updater of applications on a host whether it can be used, changing nothing. Gives what they say. Throws for the first that cannot. */
export const checkUpdaters = async (
  host: Host,
  managers: readonly Manager[],
  session: Session,
): Promise<string | undefined> => {
  const ask = async <Args, Answer>(probe: Probe<Args, Answer>, args: Args): Promise<Answer> =>
    probe.parse((await session.run(probe.script(args))).stdout);
  const said: string[] = [];
  for (const manager of managers) {
    const name = customName(manager.id);
    const own = name === undefined ? undefined : host.custom?.[name];
    if (name === undefined || own === undefined) continue;
    const lacks = await ask(lacking, own);
    if (lacks.length > 0) {
      throw new PatchdeckError(
        'outside',
        'host.updater',
        `the updater of ${name} on ${host.name} cannot be used: ${lacks.slice(0, 3).join('; ')}`,
        'mend it there, or what the inventory says of it (custom)',
      );
    }
    const installed = await ask(manager.installed, undefined);
    const pending = await ask(manager.pending, undefined);
    said.push(`${name}: ${installed.length} installed, ${pending.length} pending`);
  }
  return said.length === 0 ? undefined : said.join('; ');
};
