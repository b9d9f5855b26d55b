/** The nonce of the one command that hosts are sent: a shell that says READY, as root or not. Undefined for anything else. */
export const readCommand = (command: string): string | undefined =>
  /^env LC_ALL=C (?:sudo -k -S -H -p PWREQ-[0-9a-zA-Z]+: -- |doas -n )?\/bin\/sh -c 'echo READY-([0-9a-zA-Z]+); exec \/bin\/sh -s'$/.exec(
    command,
  )?.[1];

/** What comes over stdin: a line that prints BEGIN, the script, a line that prints END and its code. */
type ShellInput = {
  push(chunk: Uint8Array): void;
  /** The script, once it is whole: a shell runs nothing of one that was cut short. */
  script(): string | undefined;
};

export const createShellInput = (nonce: string): ShellInput => {
  let parts: Uint8Array[] = [];
  return {
    push: chunk => {
      parts.push(chunk);
    },
    script: () => {
      const whole = Buffer.concat(parts);
      parts = [whole];
      const text = whole.toString('utf8');
      const begin = text.indexOf(`BEGIN-${nonce}`);
      const end = text.lastIndexOf(`END-${nonce} `);
      if (begin < 0 || end < 0 || !text.includes('\n', end)) return undefined;
      return text.slice(text.indexOf('\n', begin) + 1, text.lastIndexOf('\n', end));
    },
  };
};
