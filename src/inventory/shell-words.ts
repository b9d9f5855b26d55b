/** A word of a line and where it begins, counted from 0. */
export type Word = {text: string; at: number};

/** Splits a line into words as Python's shlex does with comments: quotation marks, backslashes, `#` to the end. */
export const splitWords = (line: string): Word[] | {wrong: string} => {
  const words: Word[] = [];
  let word: Word | undefined;
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const char = line[i] ?? '';
    if (quote !== '') {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"' && /["\\]/.test(line[i + 1] ?? '')) add(line[++i] ?? '');
      else add(char);
    } else if (char === '"' || char === "'") {
      quote = char;
      add('');
    } else if (char === '#') break;
    else if (/\s/.test(char)) word = undefined;
    else if (char === '\\') add(line[++i] ?? '');
    else add(char);

    function add(text: string): void {
      if (word === undefined) {
        word = {text: '', at: i};
        words.push(word);
      }
      word.text += text;
    }
  }
  return quote === '' ? words : {wrong: `a quotation mark (${quote}) is not closed`};
};
