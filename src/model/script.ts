/** The value of an argument: scripts take text, numbers and lists of text, nothing nested. */
export type ScriptArgument = string | number | readonly string[];

/**
 * Everything that is executed on a host. `text` is a whole POSIX shell program headed by its verb and arguments:
 * a real host runs the text, a host of the demo fleet answers the verb.
 */
export type Script = {
  verb: string;
  args: Readonly<Record<string, ScriptArgument>>;
  text: string;
  /** Needs root: the inventory's `become` is used. */
  root: boolean;
};

/** A question to a host: pure, it makes a script and parses the bytes of its answer. */
export type Probe<Args, Answer> = {
  script(args: Args): Script;
  /** Throws PatchdeckError `host.bad-answer` for bytes that are not an answer. */
  parse(raw: Uint8Array): Answer;
};

/** How a remote command ended. `lost`: the channel closed without an exit status; that is unknown, never failed or done. */
export type Exit = {code: number} | {signal: string} | 'lost';

/** Quotes one word for a POSIX shell. */
export const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

const header = '#patchdeck ';

/**
 * Makes a script out of the body of a shell function. The arguments arrive as $1, $2, ... in the order of `args`, a list as
 * one argument with a newline between its items. The last line calls the function: text cut short on its way runs nothing.
 */
export const defineScript = (
  verb: string,
  args: Readonly<Record<string, ScriptArgument>>,
  body: string,
  options: {root: boolean},
): Script => {
  const words = Object.values(args).map(value =>
    quote(typeof value === 'object' ? value.join('\n') : String(value)),
  );
  const text = [
    `${header}${JSON.stringify({verb, args})}`,
    'patchdeck_main() {',
    body.trim(),
    '}',
    `patchdeck_main ${words.join(' ')} </dev/null`,
    '',
  ].join('\n');
  return {verb, args, text, root: options.root};
};

/** Verb and arguments from the first line of a script's text, or undefined when it has none. Used by the demo fleet. */
export const readScriptHeader = (text: string): {verb: string; args: unknown} | undefined => {
  const line = text.split('\n').find(candidate => candidate.startsWith(header));
  if (line === undefined) return undefined;
  const parsed: unknown = JSON.parse(line.slice(header.length));
  if (typeof parsed !== 'object' || parsed === null || !('verb' in parsed) || !('args' in parsed))
    return undefined;
  return typeof parsed.verb === 'string' ? {verb: parsed.verb, args: parsed.args} : undefined;
};
