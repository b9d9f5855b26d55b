import type {Verdict} from './outcome.ts';

/** What both sides are asked for. */
export type Asked = {host: string; user?: string; port?: number};

export type Deliberate = {verdict: Verdict; because: string};

/** One case, without an expectation: what OpenSSH does is what is right. */
export type Row = Asked & {
  name: string;
  /** Lines of ssh_config that stand before the usual ones. */
  config?: readonly string[];
  /** Lines of known_hosts; not stated: every key of every server, by name and address. */
  known?: readonly string[];
  /** Files of the keys that are offered; not stated: `good`. */
  keys?: readonly string[];
  /** Other files of the row's folder, by name. */
  files?: Readonly<Record<string, string>>;
  /** Where ours is meant to differ, and why: another difference fails. */
  deliberate?: Deliberate;
  /** The same where ssh2 is demanded: the transport that is chosen agrees. */
  deliberateForced?: Deliberate;
};

const a = '10.99.0.1';
const never: Deliberate = {
  verdict: 'unknown key',
  because:
    'no key is accepted without a word of a person: StrictHostKeyChecking no and accept-new are not obeyed',
};

const plainKeysAlone: Deliberate = {
  verdict: 'unknown key',
  because: 'ssh2 has no host certificates, and asks about the plain key',
};
const noCertificates: Deliberate = {
  verdict: 'not let in',
  because: 'ssh2 has no certificates, and says so',
};

const names: Row[] = [
  {name: 'an address', host: a},
  {name: 'a name', host: 'a.lab.test'},
  {name: 'a name in capitals', host: 'A.Lab.Test'},
  {name: 'a name that nobody knows', host: 'nobody.lab.test'},
  {name: 'a port where nobody listens', host: 'b.lab.test', port: 2200},
  {name: 'HostName of an alias', host: 'web', config: ['Host web', 'HostName a.lab.test']},
  {name: 'HostName with %h', host: 'a', config: ['Host a', 'HostName %h.lab.test']},
  {
    name: 'the first value of two',
    host: 'x',
    config: ['Host x', 'HostName a.lab.test', 'HostName b.lab.test'],
  },
  {name: 'a port of the configuration', host: 'a.lab.test', config: ['Host a*', 'Port 2200']},
  {name: 'a port that is asked for', host: 'a.lab.test', port: 2200, config: ['Host a*', 'Port 22']},
  {name: 'a user of the configuration', host: 'a.lab.test', config: ['Host *.test', 'User bob']},
  {name: 'a user that is asked for', host: 'a.lab.test', user: 'bob', config: ['Host *', 'User alice']},
  {name: 'a user that is not there', host: 'a.lab.test', user: 'nobody-here'},
  {name: 'a pattern with ?', host: 'a.lab.test', config: ['Host ?.lab.test', 'User bob']},
  {name: 'a pattern that is negated', host: 'a.lab.test', config: ['Host *.test !a.*', 'User bob']},
  {name: 'two patterns', host: 'a.lab.test', config: ['Host b.* a.*', 'User bob']},
  {name: 'AddressFamily inet', host: 'a.lab.test', config: ['AddressFamily inet']},
  {name: 'AddressFamily inet6 without such an address', host: 'a.lab.test', config: ['AddressFamily inet6']},
  {name: 'BindAddress', host: 'a.lab.test', config: ['BindAddress 10.99.0.5']},
];

const match: Row[] = [
  {
    name: 'Match host',
    host: 'web',
    config: ['Host web', 'HostName a.lab.test', 'Match host a.lab.test', 'User bob'],
  },
  {
    name: 'Match originalhost',
    host: 'web',
    config: ['Match originalhost web', 'HostName a.lab.test', 'User bob'],
  },
  {name: 'Match user', host: 'a.lab.test', user: 'bob', config: ['Match user bob', 'Port 2200']},
  {name: 'Match localuser', host: 'a.lab.test', config: ['Match localuser root', 'User bob']},
  {
    name: 'Match exec that says yes',
    host: 'a.lab.test',
    config: ['Match exec "test %h = a.lab.test"', 'User bob'],
  },
  {name: 'Match exec that says no', host: 'a.lab.test', config: ['Match exec false', 'User bob']},
  {name: 'Match !host', host: 'a.lab.test', config: ['Match !host b.lab.test', 'User bob']},
  {name: 'Match all', host: 'a.lab.test', config: ['Match all', 'User bob']},
  {
    name: 'Match final',
    host: 'web',
    config: ['Host web', 'HostName a.lab.test', 'Match final host a.lab.test', 'User bob'],
  },
  {
    name: 'Match canonical without canonical names',
    host: 'a.lab.test',
    config: ['Match canonical all', 'User bob'],
  },
  {
    name: 'Include',
    host: 'web',
    config: ['Include {row}/more'],
    files: {more: 'Host web\nHostName a.lab.test\nUser bob\n'},
  },
  {
    name: 'Include of a pattern',
    host: 'web',
    config: ['Include {row}/m*'],
    files: {m1: 'Host web\nHostName a.lab.test\n', m2: 'Host web\nUser bob\n'},
  },
  {
    name: 'Include within a Host that does not match',
    host: 'a.lab.test',
    config: ['Host b.*', 'Include {row}/more'],
    files: {more: 'User bob\n'},
  },
  {name: 'Include of what is not there', host: 'a.lab.test', config: ['Include {row}/nothing']},
];

const canonical = ['CanonicalizeHostname yes', 'CanonicalDomains other.test lab.test'];
const canonicalNames: Row[] = [
  {name: 'a canonical name', host: 'a', config: canonical, known: ['a.other.test {a.ed25519}']},
  {
    name: 'a canonical name that Match canonical sees',
    host: 'a',
    config: [...canonical, 'Match canonical host a.other.test', 'User bob'],
    known: ['a.other.test {a.ed25519}'],
  },
  {
    name: 'a canonical name with its own Host',
    host: 'a',
    config: [...canonical, 'Host a.other.test', 'HostKeyAlias a.lab.test'],
  },
  {
    name: 'more dots than CanonicalizeMaxDots',
    host: 'a.lab',
    config: ['CanonicalizeHostname yes', 'CanonicalDomains test', 'CanonicalizeMaxDots 0'],
  },
  {
    name: 'dots that CanonicalizeMaxDots allows',
    host: 'a.lab',
    config: ['CanonicalizeHostname yes', 'CanonicalDomains test', 'CanonicalizeMaxDots 1'],
  },
  {
    name: 'no canonical name and no fall-back',
    host: 'zzz',
    config: [...canonical, 'CanonicalizeFallbackLocal no'],
  },
];

const hostKeys: Row[] = [
  {name: 'an empty known_hosts', host: 'a.lab.test', known: []},
  {name: 'a known_hosts that is not there', host: 'a.lab.test', config: ['UserKnownHostsFile {row}/nothing']},
  {
    name: 'HostKeyAlias',
    host: 'a.lab.test',
    config: ['HostKeyAlias cluster'],
    known: ['cluster {a.ed25519}'],
  },
  {
    name: 'HostKeyAlias on another port',
    host: 'a.lab.test',
    port: 2200,
    config: ['HostKeyAlias cluster'],
    known: ['cluster {a.ed25519}'],
  },
  {
    name: 'HostKeyAlias that is not known, while the name is',
    host: 'a.lab.test',
    config: ['HostKeyAlias cluster'],
  },
  {name: 'another port', host: a, port: 2200, known: [`[${a}]:2200 {a.ed25519}`]},
  {name: 'another port, known without it', host: a, port: 2200, known: [`${a} {a.ed25519}`]},
  {name: 'another port, with another key without it', host: a, port: 2200, known: [`${a} {stranger}`]},
  {name: 'a hashed name', host: 'a.lab.test', known: ['{hashed:a.lab.test} {a.ed25519}']},
  {
    name: 'a hashed name and port',
    host: 'a.lab.test',
    port: 2200,
    known: ['{hashed:[a.lab.test]:2200} {a.ed25519}'],
  },
  {name: 'a hashed name of another host', host: 'a.lab.test', known: ['{hashed:b.lab.test} {a.ed25519}']},
  {name: 'a wildcard', host: 'a.lab.test', known: ['*.lab.test {a.ed25519}']},
  {name: 'a wildcard for one character', host: 'a.lab.test', known: ['?.lab.test {a.ed25519}']},
  {
    name: 'a wildcard for another port',
    host: 'a.lab.test',
    port: 2200,
    known: ['[*.lab.test]:2200 {a.ed25519}'],
  },
  {name: 'a wildcard but for this host', host: 'a.lab.test', known: ['*.lab.test,!a.lab.test {a.ed25519}']},
  {
    name: 'one of several names',
    host: 'a.lab.test',
    known: ['x.lab.test,a.lab.test,y {a.ed25519} somebody@somewhere'],
  },
  {
    name: 'a changed key',
    host: 'a.lab.test',
    known: ['a.lab.test {stranger}'],
    config: ['HostKeyAlgorithms ssh-ed25519'],
  },
  {
    name: 'a changed key beside the right one',
    host: 'a.lab.test',
    known: ['a.lab.test {stranger}', 'a.lab.test {a.ed25519}'],
  },
  {
    name: 'a key of another type only, which the server has',
    host: 'a.lab.test',
    known: ['a.lab.test {a.rsa}'],
  },
  {name: 'an ECDSA key only', host: 'a.lab.test', known: ['a.lab.test {a.ecdsa}']},
  {
    name: 'a key of another type only, which the server does not have',
    host: 'b.lab.test',
    known: ['b.lab.test {stranger}'],
    deliberate: {
      verdict: 'changed key',
      because: 'a host that still had its known key would have shown it: blocking is the safer answer',
    },
  },
  {name: 'an RSA key', host: 'b.lab.test'},
  {name: 'HostKeyAlgorithms', host: 'a.lab.test', config: ['HostKeyAlgorithms rsa-sha2-256']},
  {
    name: 'HostKeyAlgorithms without one',
    host: 'a.lab.test',
    config: ['HostKeyAlgorithms -ssh-ed25519*,ecdsa*'],
  },
  {
    name: 'HostKeyAlgorithms with one first',
    host: 'a.lab.test',
    config: ['HostKeyAlgorithms ^ecdsa-sha2-nistp256'],
  },
  {
    name: 'HostKeyAlgorithms that the server does not have',
    host: 'b.lab.test',
    config: ['HostKeyAlgorithms ssh-ed25519'],
  },
  {
    name: 'two files, the key in the second',
    host: 'a.lab.test',
    config: ['UserKnownHostsFile {row}/one {row}/two'],
    files: {one: 'b.lab.test {b}\n', two: 'a.lab.test {a.ed25519}\n'},
  },
  {
    name: 'the global file alone',
    host: 'a.lab.test',
    known: [],
    config: ['GlobalKnownHostsFile {row}/all'],
    files: {all: 'a.lab.test {a.ed25519}\n'},
  },
  {
    name: 'a changed key in the global file',
    host: 'a.lab.test',
    known: [],
    config: ['GlobalKnownHostsFile {row}/all', 'HostKeyAlgorithms ssh-ed25519'],
    files: {all: 'a.lab.test {stranger}\n'},
  },
  {
    name: 'UserKnownHostsFile with tokens',
    host: 'a.lab.test',
    config: ['UserKnownHostsFile {row}/known-%h-%p'],
    files: {'known-a.lab.test-22': 'a.lab.test {a.ed25519}\n'},
  },
  {name: 'UserKnownHostsFile none', host: 'a.lab.test', config: ['UserKnownHostsFile none']},
  {
    name: 'lines that nobody can read',
    host: 'a.lab.test',
    known: [
      '# a comment',
      '',
      'a.lab.test',
      'a.lab.test ssh-ed25519 AAAA',
      '@unheard * {stranger}',
      'a.lab.test {a.ed25519}',
    ],
  },
  {
    name: '@revoked',
    host: 'a.lab.test',
    config: ['HostKeyAlgorithms ssh-ed25519'],
    known: ['@revoked a.lab.test {a.ed25519}'],
  },
  {
    name: '@revoked beside a line that allows it',
    host: 'a.lab.test',
    config: ['HostKeyAlgorithms ssh-ed25519'],
    known: ['a.lab.test {a.ed25519}', '@revoked * {a.ed25519}'],
  },
  {
    name: '@revoked in the second file',
    host: 'a.lab.test',
    config: ['HostKeyAlgorithms ssh-ed25519', 'UserKnownHostsFile {row}/one {row}/two'],
    files: {one: 'a.lab.test {a.ed25519}\n', two: '@revoked a.lab.test {a.ed25519}\n'},
  },
  {
    name: '@revoked for another host',
    host: 'a.lab.test',
    known: ['a.lab.test {a.ed25519}', '@revoked b.lab.test {a.ed25519}'],
  },
  {
    name: 'RevokedHostKeys',
    host: 'a.lab.test',
    config: ['HostKeyAlgorithms ssh-ed25519', 'RevokedHostKeys {keys}/a.ed25519.pub'],
  },
  {name: 'RevokedHostKeys of others', host: 'a.lab.test', config: ['RevokedHostKeys {keys}/stranger.pub']},
  {
    name: 'KnownHostsCommand',
    host: 'a.lab.test',
    known: [],
    config: ['KnownHostsCommand /bin/cat {row}/told'],
    files: {told: 'a.lab.test {a.ed25519}\n'},
  },
  {
    name: '@cert-authority',
    deliberateForced: plainKeysAlone,
    host: 'c.lab.test',
    known: ['@cert-authority *.lab.test {host-ca}'],
  },
  {
    name: '@cert-authority by an address that is not in the certificate',
    host: '10.99.0.3',
    known: ['@cert-authority * {host-ca}'],
  },
  {
    name: '@cert-authority of somebody else',
    host: 'c.lab.test',
    known: ['@cert-authority *.lab.test {other-ca}'],
  },
  {
    name: '@cert-authority of somebody else beside the plain key',
    host: 'c.lab.test',
    known: ['@cert-authority *.lab.test {other-ca}', 'c.lab.test {c}'],
  },
  {
    name: "the authority's key as a plain one",
    host: 'c.lab.test',
    known: ['c.lab.test {host-ca}'],
    config: ['HostKeyAlgorithms ssh-ed25519'],
  },
  {name: 'a certificate whose plain key is known', host: 'c.lab.test', known: ['c.lab.test {c}']},
  {
    name: '@revoked authority',
    deliberateForced: plainKeysAlone,
    host: 'c.lab.test',
    known: ['@cert-authority *.lab.test {host-ca}', '@revoked *.lab.test {host-ca}'],
  },
  {name: 'StrictHostKeyChecking yes', host: 'a.lab.test', known: [], config: ['StrictHostKeyChecking yes']},
  {
    name: 'StrictHostKeyChecking no',
    host: 'a.lab.test',
    known: [],
    config: ['StrictHostKeyChecking no'],
    deliberate: never,
  },
  {
    name: 'StrictHostKeyChecking accept-new',
    host: 'a.lab.test',
    known: [],
    config: ['StrictHostKeyChecking accept-new'],
    deliberate: never,
  },
];

const logins: Row[] = [
  {name: 'the second of two keys', host: 'a.lab.test', keys: ['stranger', 'good']},
  {name: 'a key that is not let in', host: 'a.lab.test', keys: ['stranger']},
  {name: 'a key that is not there', host: 'a.lab.test', keys: ['nothing']},
  {name: 'an ECDSA key of ours', host: 'a.lab.test', keys: ['good.ecdsa']},
  {name: 'an RSA key of ours', host: 'a.lab.test', keys: ['good.rsa']},
  {name: 'a key with a passphrase that nobody says', host: 'a.lab.test', keys: ['locked']},
  {
    name: 'IdentityFile with tokens',
    host: 'a.lab.test',
    keys: [],
    config: ['IdentityFile {row}/%h-%r'],
    files: {'a.lab.test-alice': '{private:good}'},
  },
  {
    name: 'IdentityFile in the home folder',
    host: 'a.lab.test',
    keys: [],
    config: ['IdentityFile ~/.ssh/mine'],
    files: {'../home/.ssh/mine': '{private:good}'},
  },
  {name: 'IdentityFile none', host: 'a.lab.test', keys: [], config: ['IdentityFile none']},
  {
    name: 'the agent',
    host: 'a.lab.test',
    keys: ['nothing'],
    config: ['IdentityAgent {world}/agent', 'IdentitiesOnly no'],
  },
  {
    name: 'the agent, with only the public half as a file',
    host: 'a.lab.test',
    keys: ['good.pub'],
    config: ['IdentityAgent {world}/agent', 'IdentitiesOnly yes'],
  },
  {
    name: 'the agent, with IdentitiesOnly and another key',
    host: 'a.lab.test',
    keys: ['stranger'],
    config: ['IdentityAgent {world}/agent', 'IdentitiesOnly yes'],
  },
  {name: 'IdentityAgent none', host: 'a.lab.test', keys: ['nothing'], config: ['IdentityAgent none']},
  {name: 'PubkeyAuthentication no', host: 'a.lab.test', config: ['PubkeyAuthentication no']},
  {
    name: 'PreferredAuthentications without keys',
    host: 'a.lab.test',
    config: ['PreferredAuthentications password'],
  },
  {
    name: 'a certificate',
    deliberateForced: noCertificates,
    host: 'd.lab.test',
    keys: ['certified'],
    config: ['CertificateFile {keys}/certified-cert.pub'],
  },
  {
    name: 'a certificate beside its key',
    deliberateForced: noCertificates,
    host: 'd.lab.test',
    keys: ['certified'],
  },
  {name: 'a certificate for another user', host: 'd.lab.test', user: 'bob', keys: ['certified']},
  {name: 'a certificate of another authority', host: 'd.lab.test', keys: ['certified-elsewhere']},
  {name: 'a plain key where certificates are wanted', host: 'd.lab.test'},
];

const jumps: Row[] = [
  {name: 'a jump host', host: 'b.lab.test', config: ['Host b.*', 'ProxyJump e.lab.test']},
  {
    name: 'a jump host with user and port',
    host: 'b.lab.test',
    config: ['Host b.*', 'ProxyJump bob@a.lab.test:2200'],
  },
  {
    name: 'a jump host as a URI',
    host: 'b.lab.test',
    config: ['Host b.*', 'ProxyJump ssh://bob@a.lab.test:2200'],
  },
  {name: 'two jump hosts', host: 'b.lab.test', config: ['Host b.*', 'ProxyJump e.lab.test,a.lab.test']},
  {
    name: 'a jump host behind a jump host, by its own configuration',
    host: 'b.lab.test',
    config: ['Host b.*', 'ProxyJump a.lab.test', 'Host a.*', 'ProxyJump e.lab.test'],
  },
  {
    name: 'a jump host by its alias',
    host: 'b.lab.test',
    config: [
      'Host b.*',
      'ProxyJump gate',
      'Host gate',
      'HostName e.lab.test',
      'User bob',
      'HostKeyAlias e.lab.test',
    ],
  },
  {
    name: 'ProxyJump none before one',
    host: 'b.lab.test',
    config: ['Host b.*', 'ProxyJump none', 'Host *', 'ProxyJump e.lab.test'],
  },
  {
    name: 'a jump host whose key is not known',
    host: 'b.lab.test',
    config: ['Host b.*', 'ProxyJump e.lab.test'],
    known: ['b.lab.test {b}'],
  },
  {
    name: 'a jump host whose key has changed',
    host: 'b.lab.test',
    config: ['Host b.*', 'ProxyJump e.lab.test'],
    known: ['b.lab.test {b}', 'e.lab.test {stranger}'],
  },
  {
    name: 'a jump host whose key is revoked',
    host: 'b.lab.test',
    config: ['Host b.*', 'ProxyJump e.lab.test'],
    known: ['*.lab.test {b}', '@revoked * {e}'],
  },
  {name: 'a jump host that lets nobody in', host: 'b.lab.test', config: ['Host b.*', 'ProxyJump d.lab.test']},
  {
    name: 'a host behind a jump host that does not listen',
    host: 'b.lab.test',
    port: 2200,
    config: ['Host b.*', 'ProxyJump e.lab.test'],
  },
  {
    name: 'a host behind a jump host with a changed key',
    host: 'b.lab.test',
    config: ['Host b.*', 'ProxyJump e.lab.test', 'HostKeyAlgorithms rsa-sha2-512,ssh-ed25519'],
    known: ['e.lab.test {e}', 'b.lab.test {a.rsa}'],
  },
  {
    name: 'ProxyCommand',
    host: 'b.lab.test',
    config: ['Host b.*', 'ProxyCommand ssh -F {row}/config -o BatchMode=yes -W %h:%p e.lab.test'],
  },
  {
    name: 'ProxyUseFdpass no beside ProxyJump',
    host: 'b.lab.test',
    config: ['Host b.*', 'ProxyUseFdpass no', 'ProxyJump e.lab.test'],
  },
];

export const rows: readonly Row[] = [...names, ...match, ...canonicalNames, ...hostKeys, ...logins, ...jumps];
