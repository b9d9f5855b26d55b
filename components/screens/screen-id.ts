import {stageNames, type StageName} from '../../src/model/phase.ts';

/** Ways to look at what prioritize found: by what an operator decides on, by vulnerability, by host. */
export const looks = ['by-patch', 'by-cve', 'by-host'] as const;
export type Look = (typeof looks)[number];

/** Each stage has its screen; prioritize has two more. */
export const screenIds = [...stageNames, 'by-cve', 'by-host'] as const;
export type ScreenId = (typeof screenIds)[number];

export const screenIdOf = ({stage, look}: {stage: StageName; look: Look}): ScreenId =>
  stage === 'prioritize' && look !== 'by-patch' ? look : stage;

/** The screens of prioritize. */
export const prioritizeScreens: readonly ScreenId[] = ['prioritize', 'by-cve', 'by-host'];
