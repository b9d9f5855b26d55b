import type {ConsoleState} from './console-state.ts';
import {stageLeftRunning} from './stage-now.ts';
import {askedNow} from './keys/question-keys.ts';
import {ago, localTimes} from './moments.ts';
import {nextStep} from './next-step.ts';
import {isOutdated} from './screens/test.ts';
import {screenNow} from './screens/all.ts';
import {troubledHosts} from './troubles.ts';
import type {Message} from './ui.ts';
import {unproven} from '../src/record/gates.ts';
import {count} from './words.ts';

/** What the message line says when nothing was done just now: the most urgent of what is so. */
export const standingMessage = (state: ConsoleState): Message => {
  const {questions, notices, interrupted, failed} = state.engine;
  if (failed !== undefined) return {text: failed, tone: 'bad'};
  if (questions.length > 0) {
    const [first] = questions;
    if (first?.kind === 'notice' && questions.length === 1)
      return {text: `for ${first.host}: ${first.text}`, tone: 'bad'};
    const waits = `${first?.host ?? 'a host'} waits for an answer`;
    // While a line of text is being typed it does not take the keyboard; on the screen, esc would refuse it.
    const how = askedNow(state) === undefined ? 'esc goes to it' : 'read it, then answer';
    return {text: `${waits}: ${how} (${questions.length})`, tone: 'bad'};
  }
  if (state.asked !== undefined) return {text: `${state.asked} ...`, tone: 'quiet'};
  const next = nextStep(state);
  const unseen = notices.filter(text => !state.ui.seen.has(text)).map(localTimes);
  if (interrupted) {
    const stage = stageLeftRunning(state) ?? 'the stage';
    const words = `${stage} was interrupted. Hosts finish what was started; start ${stage} again to go on.`;
    return {text: unseen.length > 0 ? unseen.join('; ') : words, tone: 'bad'};
  }
  if (unseen.length > 0) return {text: [...unseen, next].filter(isText).join('   '), tone: 'quiet'};
  const {blocked} = screenNow(state).view(state);
  if (blocked !== undefined) return {text: `Not yet: ${blocked.what}. Next: ${blocked.next}`, tone: 'quiet'};
  const troubled = troubledHosts(state);
  if (troubled > 0) {
    const words = `${count(troubled, 'host')} ${troubled === 1 ? 'has' : 'have'} trouble (!)`;
    return {text: next === undefined ? words : `${words}   ${next}`, tone: 'bad'};
  }
  const {run} = state.engine;
  const outdated =
    run !== undefined &&
    ((state.ui.stage === 'test' && isOutdated(run)) ||
      (state.ui.stage === 'verify' && unproven(run).length > 0));
  const summary = outdated ? '' : (run?.run.stages[state.ui.stage].summary ?? '');
  const words = [summary, next].filter(isText);
  return {text: words.length === 0 ? aboutRun(state) : words.join('   '), tone: 'quiet'};
};

const aboutRun = (state: ConsoleState): string => {
  const run = state.engine.run?.run;
  return run === undefined ? '' : `run ${run.id}, begun ${ago(run.startedAt, state.now)} by ${run.startedBy}`;
};

const isText = (text: string | undefined): text is string => text !== undefined && text !== '';
