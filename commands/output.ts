import {PatchdeckError} from '../src/model/error.ts';
import {securityCount} from '../src/model/scan.ts';
import type {EngineChange} from '../src/engine/interface.ts';
import type {Event} from '../src/record/event.ts';
import {exitCodeOf, type ExitCode} from './exit-code.ts';

/** What a command says at its end. */
export type Result = {
  exit: ExitCode;
  summary: string;
  /** What went wrong or is left to do, by host where it is one. */
  problems: {host?: string; code: string; what: string; next: string}[];
  [detail: string]: unknown;
};

/** Where a command speaks: events and the result as JSON lines on stdout, or tables there and everything else for people on stderr. */
export type Output = {
  readonly json: boolean;
  /** The result of a command in text mode. */
  print(text: string): void;
  /** Progress and advice for people. */
  say(text: string): void;
  changes(change: EngineChange): void;
  result(command: string, result: Result): void;
  /** `exit` instead of the error's own. */
  error(command: string, error: unknown, exit?: ExitCode): ExitCode;
};

export const createOutput = (json: boolean): Output => {
  const line = (value: unknown): void => {
    process.stdout.write(`${JSON.stringify(value)}\n`);
  };
  const say = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };
  return {
    json,
    print: text => {
      if (!json) process.stdout.write(`${text}\n`);
    },
    say,
    changes: ({events}) => {
      for (const event of events) {
        if (json) line(event);
        const text = describe(event);
        if (text !== undefined) say(text);
      }
    },
    result: (command, result) => {
      if (json) line({type: 'result', command, ...result});
      for (const {host, what, next} of result.problems) {
        say(`x ${host === undefined || what.includes(host) ? '' : `${host}: `}${what}\n  next: ${next}`);
      }
      if (result.summary !== '') say(result.summary);
    },
    error: (command, error, exit = exitCodeOf(error)) => {
      const known = error instanceof PatchdeckError;
      const what = known ? error.message : `a fault of patchdeck: ${String(error)}`;
      const next = known ? error.next : 'run it again with PATCHDECK_DEBUG=1 and report what it prints';
      const code = known ? error.code : 'bug';
      if (json) line({type: 'result', command, exit, summary: what, problems: [{code, what, next}]});
      say(`${`patchdeck ${command}`.trim()}: ${what}\n  next: ${next}`);
      if (!known && process.env['PATCHDECK_DEBUG'] === '1' && error instanceof Error) say(error.stack ?? '');
      return exit;
    },
  };
};

/** One line of progress for the events that people wait for; the others are in the journal. */
const describe = (event: Event): string | undefined => {
  switch (event.type) {
    case 'run.started':
      return `run ${event.data.run} of ${event.data.fleet}`;
    case 'stage.started':
      return `${event.data.stage}: started`;
    case 'stage.ended':
      return `${event.data.stage}: ${event.data.outcome} - ${event.data.summary}`;
    case 'host.scanned': {
      const {summary, host} = event.data;
      const {endOfLife, support} = summary;
      const least = summary.depth === 'shallow' ? 'shallow, at least ' : '';
      const ends = endOfLife ?? (support?.state === 'unknown' ? support.sentence : undefined);
      return `  ok ${host}: ${least}${summary.updates} updates, ${securityCount(summary)} security (${summary.os})${ends === undefined ? '' : `\n  !  ${host}: ${ends}`}`;
    }
    case 'host.unreachable':
      return `  x  ${event.data.host}: ${event.data.trouble.what}`;
    case 'host.staged':
      return `  ok ${event.data.host}: staged, way back ${event.data.grade} (${event.data.why})`;
    case 'host.phase':
      return `  ${glyphs.get(event.data.phase) ?? '~ '} ${event.data.host}: ${event.data.phase}${event.data.note === '' ? '' : ` - ${event.data.note}`}`;
    case 'host.verified':
      return `  ${event.data.good ? 'ok' : 'x '} ${event.data.host}: ${event.data.good ? 'proven to be as planned' : event.data.findings.join('; ')}`;
    case 'host.left-out':
      return `  .  ${event.data.host}: left out - ${event.data.reason}`;
    case 'wave.started':
      return `wave ${event.data.wave}: ${event.data.size} hosts`;
    case 'wave.ended':
      return `wave ${event.data.wave}: ${event.data.outcome} - ${event.data.summary}`;
    case 'plan.locked':
      return `plan ${event.data.digest.slice(0, 12)} locked: ${event.data.changes} changes on ${event.data.hosts} hosts, reboot ${event.data.reboot}`;
    case 'version.unblocked':
      return `unblocked ${event.data.patch}: ${event.data.reason}`;
    case 'version.blocked':
      return `blocked ${event.data.patch}: ${event.data.reason}`;
    case 'stage.signed-off':
      return `${event.data.stage}: signed off by ${event.data.name} - ${event.data.reason}`;
    case 'run.closed':
      return `run closed: ${event.data.reason}`;
    default:
      return undefined;
  }
};

const glyphs = new Map<string, string>([
  ['done', 'ok'],
  ['rolled back', 'ok'],
  ['failed', 'x '],
  ['unknown', '! '],
  ['skipped', '. '],
]);
