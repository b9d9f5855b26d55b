import type {Command} from 'commander';
import {exitCodes} from './exit-code.ts';
import {withFlags} from './flags.ts';
import {createOutput} from './output.ts';

export const addPolicy = (program: Command): void => {
  withFlags(program.command('policy'))
    .argument('<file>', 'the policy, YAML')
    .description('check a policy, and print it as a document for people (Markdown)')
    .addHelpText('after', '\nExample:\n  patchdeck policy weekly.yaml > weekly.md\n')
    .action(async (file: string, raw: unknown) => {
      const output = createOutput((raw as {json?: boolean}).json === true);
      try {
        const {loadPolicy} = await import('../src/policy/load-policy.ts');
        const {policyDocument} = await import('../src/policy/policy-document.ts');
        const {policy, digest} = await loadPolicy(file);
        output.print(policyDocument(policy, file, digest));
        output.result('policy', {exit: exitCodes.done, summary: '', policy, digest, problems: []});
        process.exitCode = exitCodes.done;
      } catch (error) {
        process.exitCode = output.error('policy', error);
      }
    });
};
