import type {Answer, Asker, Question} from '../model/question.ts';

/** Questions that wait for a person. Answers pass through and are kept nowhere. */
export type Questions = {
  readonly open: readonly Question[];
  ask: Asker;
  /** False when no such question waits: it was answered or withdrawn. */
  answer: (id: string, answer: Answer) => boolean;
  /** Answers everything with null: what needed it is not done. */
  withdraw(): void;
};

export const createQuestions = (newId: () => string, changed: () => void): Questions => {
  const waiting = new Map<string, {question: Question; resolve: (answer: Answer) => void}>();
  const settle = (id: string, answer: Answer): boolean => {
    const found = waiting.get(id);
    if (found === undefined) return false;
    waiting.delete(id);
    found.resolve(answer);
    changed();
    return true;
  };
  return {
    get open() {
      return [...waiting.values()].map(({question}) => question);
    },
    ask: async (question, signal) => {
      if (signal?.aborted === true) return null;
      const id = newId();
      const answered = new Promise<Answer>(resolve => {
        waiting.set(id, {question: {...question, id}, resolve});
      });
      changed();
      const withdraw = (): void => void settle(id, null);
      signal?.addEventListener('abort', withdraw, {once: true});
      try {
        return await answered;
      } finally {
        signal?.removeEventListener('abort', withdraw);
      }
    },
    answer: settle,
    withdraw: () => {
      for (const id of [...waiting.keys()]) settle(id, null);
    },
  };
};
