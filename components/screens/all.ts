import type {StageName} from '../../src/model/phase.ts';
import type {ConsoleState} from '../console-state.ts';
import {byCveScreen} from './by-cve.ts';
import {byHostScreen} from './by-host.ts';
import {deployScreen} from './deploy.ts';
import {identifyScreen} from './identify.ts';
import {prioritizeScreen} from './prioritize.ts';
import type {Screen} from './screen.ts';
import {screenIdOf, type ScreenId} from './screen-id.ts';
import {testScreen} from './test.ts';
import {verifyScreen} from './verify.ts';

const screens: Readonly<Record<ScreenId, Screen>> = {
  identify: identifyScreen,
  prioritize: prioritizeScreen,
  test: testScreen,
  deploy: deployScreen,
  verify: verifyScreen,
  'by-cve': byCveScreen,
  'by-host': byHostScreen,
};

/** The screen that is looked at. */
export const screenNow = ({ui}: ConsoleState): Screen => screens[screenIdOf(ui)];

export const stageTitles: Readonly<Record<StageName, string>> = {
  identify: 'Identify',
  prioritize: 'Prioritize',
  test: 'Test',
  deploy: 'Deploy',
  verify: 'Verify',
};

export const screenTitles: Readonly<Record<ScreenId, string>> = {
  ...stageTitles,
  'by-cve': 'Prioritize, by CVE',
  'by-host': 'Prioritize, by host',
};
