import {cleanLine} from '../model/clean.ts';
import type {RunContext} from './context.ts';
import type {PlannedStep} from './step-task.ts';

/** Configuration files that are not as they were before these steps, and what was left beside them since. */
export const changedFiles = async (context: RunContext, steps: readonly PlannedStep[]): Promise<string[]> => {
  const files: string[] = [];
  for (const {host, manager, directory} of steps)
    files.push(...(await context.link(host).ask(manager.changedConfiguration, {directory})));
  return files;
};

/** What managers leave of a configuration file that somebody edited: that file put aside, with the package's in force, or the package's beside it. */
const leftovers = [
  {
    end: /\.(rpmsave|rpmorig)$/,
    says: "edited configuration was put aside, and the package's own is in force",
  },
  {
    end: /\.(rpmnew|dpkg-dist|dpkg-new|ucf-dist|apk-new)$/,
    says: "edited configuration was kept, and the package's own lies beside it",
  },
];

/** For a note: which configuration files somebody has to look at after these steps; '' where there are none. */
export const leftBeside = async (context: RunContext, steps: readonly PlannedStep[]): Promise<string> => {
  const files = await changedFiles(context, steps);
  return leftovers
    .flatMap(({end, says}) => {
      const left = files.filter(file => end.test(file)).map(file => cleanLine(file, 100));
      const more = left.length > 3 ? ` and ${left.length - 3} more` : '';
      return left.length === 0 ? [] : [`; ${says}: ${left.slice(0, 3).join(', ')}${more}`];
    })
    .join('');
};
