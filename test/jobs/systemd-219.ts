/**
 * Stands in for the programs of systemd 219 (RHEL 7): `systemd-219.ts ROOT PROGRAM ARGUMENT...` refuses what theirs refuse, by their sources
 * (github.com/redhat-plumbers/systemd-rhel7, v219-78), and starts what they would start, except what a timer would start later. Units lie
 * below ROOT. What systemd itself would say of one goes to ROOT/journal.
 */
import {spawn, spawnSync} from 'node:child_process';
import {appendFileSync, existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

const [root = '', program = '', ...words] = process.argv.slice(2);

class Refusal extends Error {}
const refuse = (why: string): never => {
  throw new Refusal(why);
};

/** What was given with which option, and the other words. As with getopt_long(3): all but systemctl have a "+" and stop at the first of these. */
const readOptions = (known: string): {given: [string, string][]; rest: string[]} => {
  const given: [string, string][] = [];
  const others: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') break;
    if (!word.startsWith('-')) {
      others.push(word);
      if (program !== 'systemctl') break;
      continue;
    }
    const [, name = '', value] = /^(--?[a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    const option = known.split(' ').find(each => each.replace('=', '') === name);
    if (option === undefined) return refuse(`${program}: unrecognized option '${word}'`);
    given.push([name, option.endsWith('=') ? (value ?? rest.shift() ?? '') : '']);
  }
  return {given, rest: [...others, ...rest]};
};

/** systemctl.c, systemctl_parse_argv: of its options, those without a short name and -t, -p, -a, -q, -n. */
const ofSystemctl =
  '--type= --property= --all --failed --full --job-mode= --no-block --no-legend --no-pager --quiet --root= --force --kill-who= --signal= ' +
  '--runtime --lines= --output= --plain --state= --recursive --now -t= -p= -a -q -n=';
/** run.c, parse_argv. */
const ofSystemdRun =
  '--scope --unit= --description= --slice= --remain-after-exit --send-sighup --service-type= --uid= --gid= --nice= --setenv= --property= ' +
  '--quiet --on-active= --on-boot= --on-startup= --on-unit-active= --on-unit-inactive= --on-calendar= --timer-property= -p= -r -q';
/** inhibit.c, parse_argv. */
const ofSystemdInhibit = '--what= --who= --why= --mode= --list';

/** bus-util.c, bus_append_unit_property_assignment, without those of control groups and limits. */
const properties =
  'SendSIGHUP SendSIGKILL WakeSystem DefaultDependencies User Group KillMode Nice Environment PassEnvironment KillSignal AccuracySec RandomizedDelaySec';

/** load-fragment-gperf.gperf.m4, without conditions, and of what a service may have for its processes only that which ends them. */
const settings: Readonly<Record<string, string>> = {
  Unit: 'Description Documentation Requires Wants BindsTo Conflicts Before After OnFailure PartOf DefaultDependencies JobTimeoutSec CollectMode',
  Service:
    'PIDFile ExecStartPre ExecStart ExecStartPost ExecReload ExecStop ExecStopPost RestartSec TimeoutSec TimeoutStartSec TimeoutStopSec ' +
    'StartLimitInterval StartLimitBurst Type Restart RemainAfterExit SuccessExitStatus StandardInput StandardOutput StandardError ' +
    'SendSIGKILL SendSIGHUP KillMode KillSignal',
  Timer:
    'OnCalendar OnActiveSec OnBootSec OnUnitActiveSec Persistent WakeSystem AccuracySec RandomizedDelaySec Unit',
  Install: 'Alias WantedBy RequiredBy Also DefaultInstance',
};

const output = /^(inherit|null|tty|socket|(journal|syslog|kmsg)(\+console)?)$/;
/** What a value may be: calendarspec.c (a date and a time, and no zone after them), execute.c (exec_output_table). */
const forms: Readonly<Record<string, RegExp>> = {
  OnCalendar: /^[\d*/,-]+ [\d*/,:]+$/,
  StandardOutput: output,
  StandardError: output,
};

const isKnown = (list: string | undefined, name: string): boolean => (list ?? '').split(' ').includes(name);
const warn = (line: string): void => appendFileSync(join(root, 'journal'), `${line}\n`);

const detach = (command: string, args: readonly string[]): void =>
  spawn(command, args, {detached: true, stdio: 'ignore', cwd: '/'}).unref();

/** A unit as the manager loads it: unknown settings are passed over with a warning, what verifies wrongly is not loaded. */
const load = (unit: string): Map<string, string> => {
  const instance = /@(.+)\.[a-z]+$/.exec(unit)?.[1] ?? '';
  const path = ['run/systemd/system', 'etc/systemd/system']
    .flatMap(folder => [unit, unit.replace(`@${instance}.`, '@.')].map(name => join(root, folder, name)))
    .find(candidate => existsSync(candidate));
  if (path === undefined)
    return refuse(`Failed to start ${unit}: Unit ${unit} failed to load: No such file or directory.`);
  const found = new Map<string, string>();
  let section = '';
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    section = /^\[(.*)\]$/.exec(line)?.[1] ?? section;
    const [, name, value = ''] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    if (!isKnown(settings[section], name)) warn(`Unknown lvalue '${name}' in section '${section}'`);
    else if (forms[name]?.test(value) === false) warn(`Failed to parse ${name}, ignoring: ${value}`);
    else found.set(name, value.replaceAll('%i', instance));
  }
  const invalid = (why: string): never => {
    warn(`${unit} ${why} Refusing.`);
    return refuse(`Failed to start ${unit}: Unit ${unit} is not loaded properly: Invalid argument.`);
  };
  // service.c and timer.c, service_verify and timer_verify.
  if (unit.endsWith('.service') && found.get('Type') === 'oneshot' && found.has('Restart'))
    return invalid("has Restart= setting other than no, which isn't allowed for Type=oneshot services.");
  if (unit.endsWith('.timer') && ![...found.keys()].some(name => name.startsWith('On')))
    return invalid('lacks value setting.');
  return found;
};

const start = (unit: string): void => {
  const loaded = load(unit);
  if (unit.endsWith('.timer')) load(unit.replace(/timer$/, 'service'));
  else detach('/bin/sh', ['-c', `exec ${loaded.get('ExecStart') ?? ''}`]);
};

const programs: Readonly<Record<string, () => number>> = {
  systemctl: () => {
    const [verb = '', ...units] = readOptions(ofSystemctl).rest;
    if (verb === 'start' || verb === 'restart') units.forEach(start);
    else if (!isKnown('stop enable disable daemon-reload is-active list-units show', verb))
      refuse(`Unknown operation '${verb}'.`);
    return 0;
  },
  'systemd-run': () => {
    const {given, rest} = readOptions(ofSystemdRun);
    for (const [name, value] of given)
      if (/^(--property|-p|--timer-property)$/.test(name) && !isKnown(properties, value.replace(/=.*/s, '')))
        refuse(`Unknown assignment ${value}.`);
    if (rest.length === 0) refuse('Command line to execute required.');
    if (!given.some(([name]) => name.startsWith('--on-'))) detach(rest[0] ?? '', rest.slice(1));
    return 0;
  },
  'systemd-inhibit': () => {
    const [command = '', ...args] = readOptions(ofSystemdInhibit).rest;
    return spawnSync(command, args, {stdio: 'inherit'}).status ?? 1;
  },
};

try {
  process.exitCode = programs[program]?.() ?? 1;
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
