import {cleanLine} from '../src/model/clean.ts';
import type {Engine} from '../src/engine/interface.ts';
import type {Answer, Question} from '../src/model/question.ts';
import {askLine, askSecret, canAsk} from './prompt.ts';

/** Answers that were given beforehand, on the command line. */
export type PreparedAnswers = {
  /** Fingerprints of host keys that are accepted and remembered. */
  hostKeys: readonly string[];
  becomePassword: string | undefined;
};

/**
 * Answers what an engine asks, one at a time: from what was prepared, else from the person at the terminal, else not at all. `--yes`
 * answers none of these.
 */
export const answerQuestions = (engine: Engine, prepared: PreparedAnswers): (() => void) => {
  const seen = new Set<string>();
  let last = Promise.resolve();
  const look = (): void => {
    for (const question of engine.state().questions) {
      if (seen.has(question.id)) continue;
      seen.add(question.id);
      last = last.then(async () => {
        const answer = await answerOne(question, prepared);
        // Rejected when the engine was closed meanwhile: then nobody waits for the answer.
        await engine.submit({type: 'answer', question: question.id, answer}).catch(() => undefined);
      });
    }
  };
  look();
  return engine.subscribe(look);
};

/** Answers one question: from what was prepared, else from the person at the terminal, else not at all. */
export const answerOne = async (question: Question, prepared: PreparedAnswers): Promise<Answer> => {
  if (question.kind === 'host-key') {
    if (prepared.hostKeys.includes(question.fingerprint)) return 'remember';
    if (!canAsk()) return null;
    const said = await askLine(
      `The key of ${question.host} (${question.address}) is not known: ${question.keyType} ${question.fingerprint}\n` +
        `Accept it? [yes = and remember / once / No] `,
    );
    return said === 'yes' ? 'remember' : said === 'once' ? 'once' : 'refuse';
  }
  if (question.kind === 'notice') {
    process.stderr.write(`${cleanLine(question.host)}: ${cleanLine(question.text)}\n`);
    return null;
  }
  if (question.what === 'become-password' && prepared.becomePassword !== undefined) {
    return {secret: prepared.becomePassword};
  }
  if (!canAsk()) return null;
  const secret = await askSecret(`${question.host}: ${question.prompt} `);
  return secret === undefined ? null : {secret};
};
