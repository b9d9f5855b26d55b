import type {StageName} from '../../src/model/phase.ts';
import {deployScreen} from './deploy.ts';
import {identifyScreen} from './identify.ts';
import {prioritizeScreen} from './prioritize.ts';
import type {Screen} from './screen.ts';
import {testScreen} from './test.ts';
import {verifyScreen} from './verify.ts';

export const screens: Readonly<Record<StageName, Screen>> = {
  identify: identifyScreen,
  prioritize: prioritizeScreen,
  test: testScreen,
  deploy: deployScreen,
  verify: verifyScreen,
};

export const stageTitles: Readonly<Record<StageName, string>> = {
  identify: 'Identify',
  prioritize: 'Prioritize',
  test: 'Test',
  deploy: 'Deploy',
  verify: 'Verify',
};
