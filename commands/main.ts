import {readFileSync} from 'node:fs';
import {Command, CommanderError} from 'commander';
import {addDemo} from './demo.ts';
import {addDeploy} from './deploy.ts';
import {addDoctor} from './doctor.ts';
import {exitCodes} from './exit-code.ts';
import {addFeeds} from './feeds.ts';
import {addFix} from './fix.ts';
import {addInventory} from './inventory.ts';
import {addOpen} from './open.ts';
import {addPlan} from './plan.ts';
import {addPolicy} from './policy.ts';
import {addReport} from './report.ts';
import {addRollback} from './rollback.ts';
import {addRuns} from './runs.ts';
import {addScan} from './scan.ts';
import {addSlowDown} from './slow-down.ts';
import {addSoftware} from './software.ts';
import {addTest} from './test.ts';
import {createOutput} from './output.ts';
import {usageError} from './usage-error.ts';
import {addVerify} from './verify.ts';

const {version} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('patchdeck')
  .description(
    'A terminal console for patching fleets over SSH: identify, prioritize, test, deploy, verify - and back.',
  )
  .version(version)
  .addHelpText('after', '\nExamples:\n  patchdeck demo\n  patchdeck open --inventory fleet.yaml\n')
  .showSuggestionAfterError()
  // Said below, with what to do next, and as JSON where that is asked for.
  .configureOutput({outputError: () => undefined})
  .exitOverride();

let said = false;
for (const stream of [process.stdout, process.stderr]) stream.on('error', goOn);

addOpen(program);
addDemo(program);
addScan(program);
addPlan(program);
addPolicy(program);
addTest(program);
addDeploy(program);
addVerify(program);
addRollback(program);
addSlowDown(program);
addFix(program);
addRuns(program);
addReport(program);
addFeeds(program);
addSoftware(program);
addInventory(program);
addDoctor(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError && error.exitCode === 0) process.exitCode = exitCodes.done;
  else {
    const output = createOutput(process.argv.includes('--json'));
    process.exitCode = output.error(commandName(), usageError(error, commandName()));
  }
}

/** Whoever reads has gone, as `| head` does, or the disk is full: the work goes on to its end, and the journal has its result. */
function goOn(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || error.code === 'EIO') return;
  if (!said)
    process.stderr.write(`patchdeck: not everything could be printed (${error.code ?? error.message})\n`);
  said = true;
  process.once('exit', () => {
    process.exitCode = exitCodes.hosts;
  });
}

function commandName(): string {
  const [word = ''] = process.argv.slice(2);
  return program.commands.some(command => command.name() === word) ? word : '';
}
