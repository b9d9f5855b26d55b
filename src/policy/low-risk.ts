import {criticalities, exposures, type Host} from '../model/host.ts';
import type {ShallowRule} from '../model/policy.ts';

/** Whether so little hangs on a host that a shallow scan is enough. What is not stated is never little. */
export const isLowRisk = ({criticality, exposure}: Host, rule: ShallowRule): boolean =>
  criticality !== undefined &&
  exposure !== undefined &&
  criticalities.indexOf(criticality) <= criticalities.indexOf(rule.criticality) &&
  exposures.indexOf(exposure) <= exposures.indexOf(rule.exposure);
