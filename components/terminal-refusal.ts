/** Why the console cannot be drawn here, or undefined when it can: a sentence for the operator. */
export const terminalRefusal = (
  stdin: {isTTY?: boolean},
  stdout: {isTTY?: boolean},
  env: Readonly<Record<string, string | undefined>>,
): string | undefined => {
  if (stdout.isTTY !== true)
    return 'the console needs a terminal: what it draws goes to a file or a pipe here';
  if (stdin.isTTY !== true) return 'the console needs a keyboard: its input comes from a file or a pipe here';
  if (env['TERM'] === 'dumb')
    return 'the console needs a terminal that can move its cursor; this one is TERM=dumb';
  return undefined;
};
