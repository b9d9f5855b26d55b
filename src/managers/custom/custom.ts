import type {CustomManager} from '../../model/custom.ts';
import {sections} from '../../model/answer.ts';
import type {Change, ManagerId} from '../../model/package.ts';
import type {StagedFile} from '../../model/rollback.ts';
import {defineScript, type Probe, type Script} from '../../model/script.ts';
import {progressOf} from '../../jobs/progress.ts';
import {staged} from '../staging.ts';
import {changeOf, parseInstalled, parsePending, parseWanted} from './answers.ts';
import {carryOut, rehearse, reverse, stage} from './files.ts';
import {callAs} from './shell.ts';
import type {Manager, Simulation} from '../manager.ts';

/**
 * An application that brings its own updater. What it does is its own business; what is asked for is the same as of any manager: that what
 * is installed was approved, was staged before, is proven by asking anew, and can be undone. Its versions have no order that anybody knows.
 */
export const customManager = (id: ManagerId, own: CustomManager): Manager => {
  const asked = (verb: string, command: readonly string[], wanted: readonly string[] = []): Script =>
    defineScript(
      verb,
      {id, command, wanted},
      `${callAs(own)}
printf '@@ wanted\\n%s\\n@@ answer\\n' "$3"
{ said=$(cd / && call "$2" 2>&1 >&3 3>&-); code=$?; } 3>&1
printf '\\n@@ code\\n%s\\n@@ said\\n' $code
printf '%s\\n' "$said" | grep . | tail -n 1 | sed 's/^/said /'
echo '@@ end'`,
      {root: true},
    );
  return {
    id,
    proven: {by: 'lab', shown: 'the example of docs/custom.md, beside apt'},
    database: id,
    words: {lock: 'its lock', look: 'what its updater says is installed', mend: 'its updater'},
    refresh: nothing({fresh: true, failures: []}),
    marks: nothing({automatic: [], held: []}),
    changedConfiguration: nothing([]),
    owners: nothing([]),
    room: nothing(0),
    pending: {
      script: () => asked('custom.pending', own.pending),
      parse: raw => parsePending('custom.pending', id, raw),
    },
    installed: {
      script: () => asked('custom.installed', own.installed),
      parse: raw => parseInstalled('custom.installed', id, raw),
    },
    simulate: {
      script: wanted =>
        asked(
          'custom.simulate',
          own.pending,
          wanted.map(({name, version}) => `${name} ${version}`),
        ),
      parse: raw => stillOffered(id, raw),
    },
    simulateStaged: {
      script: ({changes, fresh}) =>
        asked('custom.simulate-staged', own.installed, stagedChanges(changes, fresh)),
      parse: raw => stillInstalled(id, raw),
    },
    // Nobody else knows what an application's undo would do before it does it.
    simulateUndo: own.rehearseUndo === undefined ? undefined : rehearse(id, own, own.rehearseUndo),
    stage: args => stage(own, args),
    staged,
    install: ({point, changes}) =>
      carryOut('custom.install', own, own.install, point.directory, 'new', point.fresh, changes),
    undo: ({point, changes}) =>
      carryOut('custom.undo', own, own.undo, point.directory, 'old', point.previous, reverse(changes)),
    ...(own.restart === undefined ? {} : {restart: own.restart}),
    changelog: undefined,
    progress: progressOf,
  };
};

/** What such an updater has none of: no lists to refresh, no marks. */
const nothing = <Args, Answer>(answer: Answer): Probe<Args, Answer> => ({
  script: () => defineScript('custom.nothing', {}, `echo '@@ end'`, {root: false}),
  parse: raw => {
    sections('custom.nothing', raw);
    return answer;
  },
});

/** The updater is asked anew: what is wanted has to be what it offers. */
const stillOffered = (id: ManagerId, raw: Uint8Array): Simulation => {
  const offered = parsePending('custom.simulate', id, raw);
  const changes: Change[] = [];
  for (const [name = '', version] of parseWanted('custom.simulate', raw)) {
    const update = offered.find(item => item.name === name && item.candidate === version);
    if (update === undefined)
      return {changes: [], refused: `${name} ${version ?? ''} is not offered by its updater any more`};
    changes.push(changeOf(id, name, update.installed, version));
  }
  return {changes, refused: undefined};
};

/** What installing the staged files would change: each from what is installed now. */
const stillInstalled = (id: ManagerId, raw: Uint8Array): Simulation => {
  const installed = parseInstalled('custom.simulate-staged', id, raw);
  const changes = parseWanted('custom.simulate-staged', raw).map(([name = '', to]) =>
    changeOf(id, name, installed.find(item => item.name === name)?.version ?? null, to),
  );
  return {changes, refused: undefined};
};

const stagedChanges = (changes: readonly Change[], fresh: readonly StagedFile[]): string[] =>
  changes.flatMap(({name, to}) =>
    fresh.some(file => file.name === name && file.version === to) ? [`${name} ${to ?? ''}`] : [],
  );

/** The name of an application whose updater the inventory states, or undefined for a manager of a distribution. */
export const customName = (id: ManagerId): string | undefined => /^custom\/(.+)$/.exec(id)?.[1];
