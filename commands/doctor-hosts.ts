import {walkTo, type Walk} from '../src/hosts/walk.ts';
import {findInventory, loadInventory} from '../src/inventory/load.ts';
import {selectHosts} from '../src/inventory/select.ts';
import {describeError, PatchdeckError} from '../src/model/error.ts';
import {createManagers} from '../src/managers/registry.ts';
import type {Host} from '../src/model/host.ts';
import {resolveTarget} from '../src/ssh/resolve.ts';
import {defaultDeadlines} from '../src/ssh/session.ts';
import {createSshConfigReader} from '../src/ssh/ssh-config-reader.ts';
import {createTransport, type SshSettings} from '../src/ssh/transport.ts';
import {answerOne} from './answer-questions.ts';
import {exitCodes, type ExitCode} from './exit-code.ts';
import {readPasswordFile, requireSshConfig, type Flags} from './flags.ts';
import type {Output} from './output.ts';

/** Walks to hosts, one after the other so that questions come in order, and prints what is good and the first thing that is not. */
export const doctorHosts = async (patterns: string[], flags: Flags, output: Output): Promise<ExitCode> => {
  requireSshConfig(flags.sshConfig);
  const path = await findInventory(flags.inventory, process.env, process.cwd());
  const {inventory} = await loadInventory(path, flags);
  const becomePassword = await readPasswordFile(flags.becomePasswordFile);
  const settings: SshSettings = {
    ...(flags.sshConfig === undefined ? {} : {configFile: flags.sshConfig}),
    identityFiles: [],
    knownHostsFiles: [],
    useAgent: true,
    deadlines: defaultDeadlines,
  };
  const readConfig = createSshConfigReader();
  const world = {
    resolve: (host: Host) => resolveTarget(host, settings, readConfig),
    transport: createTransport(settings),
    managers: createManagers(),
    ask: (question: Parameters<Parameters<typeof walkTo>[1]['ask']>[0]) =>
      answerOne({id: '', ...question}, {hostKeys: flags.acceptHostKey, becomePassword}),
    now: Date.now,
    signal: new AbortController().signal,
  };
  const walks: {host: string; walk: Walk}[] = [];
  for (const host of selectHosts(inventory, patterns, flags.exclude)) {
    const walk = await walkTo(host, world);
    for (const {step, says} of walk.passed) output.print(`ok ${host.name}: ${step}: ${says}`);
    walks.push({host: host.name, walk});
  }
  await world.transport.close();
  const problems = walks.flatMap(({host, walk}) => problemOf(host, walk));
  const exit = problems.length > 0 ? exitCodes.hosts : exitCodes.done;
  const summary =
    problems.length === 0
      ? `nothing is wrong on the way to ${walks.length} hosts`
      : `${problems.length} of ${walks.length} hosts want mending`;
  const hosts = walks.map(({host, walk}) => ({
    host,
    passed: walk.passed,
    stopped: walk.stopped?.step ?? null,
  }));
  output.result('doctor', {exit, summary, problems, hosts});
  return exit;
};

const problemOf = (
  host: string,
  {stopped}: Walk,
): {host: string; code: string; what: string; next: string}[] => {
  if (stopped === undefined) return [];
  const known = stopped.error instanceof PatchdeckError ? stopped.error : undefined;
  return [
    {
      host,
      code: known?.code ?? 'bug',
      what: `${host}: ${stopped.step}: ${describeError(stopped.error)}`,
      next: known?.next ?? 'report this as a fault of patchdeck',
    },
  ];
};
