/** What ssh makes of one name: keyword (lower case) to its values, in order. */
export type SshConfig = ReadonlyMap<string, readonly string[]>;

export type SshConfigQuestion = {
  name: string;
  port: number | undefined;
  user: string | undefined;
  configFile: string | undefined;
};

/** The first value of a keyword; undefined when missing or `none`. */
export const configValue = (config: SshConfig, keyword: string): string | undefined => {
  const value = config.get(keyword)?.[0];
  return value === undefined || value === 'none' || value === '' ? undefined : value;
};

/** The lines of `ssh -G`: a keyword, a blank, the rest. */
export const parseSshConfig = (text: string): SshConfig => {
  const config = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const match = /^([a-z0-9]+) (.*)$/i.exec(line.trimEnd());
    if (match?.[1] === undefined || match[2] === undefined) continue;
    const keyword = match[1].toLowerCase();
    config.set(keyword, [...(config.get(keyword) ?? []), match[2]]);
  }
  return config;
};
