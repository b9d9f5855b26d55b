/** A command that ends well and did not do what it was told. `says`: words of the console that the test asks for. */
export type Lie = {
  command: string;
  happened: string;
  code: string;
  says: string;
  file: string;
  title: string;
};

const [apt, dnf, zypper] = ['test/lab/apt-lies.test.ts', 'test/lab/dnf.test.ts', 'test/lab/zypper.test.ts'];
const deadApt =
  'apt-get update ends with 0 though a repository is dead, or none is left: what is pending is unknown, never clean';
const deadDnf =
  'is unknown when one of its repositories is dead, or none is enabled, which dnf passes over in silence';
const keptByDnf =
  'keeps back what is held, excluded or not installable, with its reason; dnf skips it in silence';
const failedByZypper = 'calls a failed scriptlet a success, or all but one: neither is done';

/** Each is provoked by hand on a real host first, then the console is asked. */
export const lies: readonly Lie[] = [
  {
    command: 'apt-get update',
    happened: 'a repository is dead: the lists are stale',
    code: '0',
    says: 'what is pending is unknown',
    file: apt,
    title: deadApt,
  },
  {
    command: 'apt-get update --error-on=any',
    happened: 'no repository is left: nothing can be pending',
    code: '0',
    says: 'could not be refreshed (no repository is enabled); what is pending is unknown',
    file: apt,
    title: deadApt,
  },
  {
    command: 'apt-get check',
    happened: 'after a failed postinst the package is not configured',
    code: '0',
    says: 'pdlab-postinst-fails 2.0 is not configured',
    file: apt,
    title:
      'apt-get check ends with 0 though a postinst failed: the package is not configured, and the host not done',
  },
  {
    command: 'apt-get install PKG',
    happened: 'a preference forbids the new version, or pins the old one',
    code: '0',
    says: 'pdlab-web@1.1 is excluded on lab4; nothing was chosen',
    file: apt,
    title:
      'apt-get install ends with 0 and leaves an old version that a preference keeps: it is excluded, and said',
  },
  {
    command: 'apt-get upgrade',
    happened: 'the update is phased and left out',
    code: '0',
    says: 'pdlab-phased@2.0 is phased on lab4; nothing was chosen',
    file: apt,
    title: 'apt-get upgrade ends with 0 and leaves what is phased: it is said so, with its next step',
  },
  {
    command: 'dnf makecache',
    happened: 'a repository is dead, or none is enabled: it is passed over',
    code: '0',
    says: 'could not be refreshed (no repository is enabled)',
    file: dnf,
    title: deadDnf,
  },
  {
    command: 'dnf upgrade -y PKG',
    happened: 'the update is not installable and skipped',
    code: '0 "Complete!"',
    says: 'is ${why} on ${host}; nothing was chosen',
    file: dnf,
    title: keptByDnf,
  },
  {
    command: 'dnf install PKG',
    happened: 'the update is excluded: nothing was done',
    code: '0',
    says: 'is ${why} on ${host}; nothing was chosen',
    file: dnf,
    title: keptByDnf,
  },
  {
    command: 'dnf upgrade PKG',
    happened: '%post failed',
    code: '0 "Complete!"',
    says: 'the manager called it a success, but',
    file: dnf,
    title: 'is not done when a scriptlet failed, though dnf says Complete! and ends with 0; and goes back',
  },
  {
    command: 'dnf needs-restarting -r',
    happened: 'its plugin is missing: nobody was asked',
    code: '1, as for "reboot"',
    says: 'whether it wants a reboot is not known',
    file: dnf,
    title:
      'may want a reboot where the plugin that says so is missing, which ends with the same 1 as "reboot"',
  },
  {
    command: 'dnf --setopt=UNKNOWN makecache',
    happened: 'it does not know the option, and only warns',
    code: '0',
    says: 'fresh: false',
    file: 'test/lab/dnf-host.test.ts',
    title:
      'counts no lists as fresh where dnf does not know an option, of which it only warns, and ends with 0',
  },
  {
    command: 'zypper -n patch',
    happened: 'a patch that wants a reboot was left out',
    code: '0',
    says: 'zypper:pdrpm-reboot@2.0-1',
    file: zypper,
    title:
      'leaves out a patch that wants a reboot and calls that a success: it stays pending, and its reboot wanted',
  },
  {
    command: 'zypper -n update PKG',
    happened: 'a repository of a better priority has the old version: nothing was done',
    code: '0',
    says: 'excluded',
    file: zypper,
    title: 'is asked what is pending, with advisories, and what would not be installed, and why',
  },
  {
    command: 'zypper -n update PKG',
    happened: 'a %post in Lua failed (one of a shell: 107)',
    code: '0',
    says: 'scriptlet of pdrpm-luafails failed',
    file: zypper,
    title: failedByZypper,
  },
  {
    command: 'zypper list-updates',
    happened: 'no repository is enabled: nobody was asked',
    code: '0 "No updates found."',
    says: 'no repository is enabled',
    file: zypper,
    title: 'works on without a repository that is dead, or without any: what is pending is unknown then',
  },
  {
    command: 'zypper download PKG',
    happened:
      'the package was changed on the way, is not signed, or by a key that nobody trusts: nothing came',
    code: '0',
    says: 'File is unsigned',
    file: zypper,
    title:
      'stages nothing that was changed on the way, is not signed, or by a key that nobody trusts; `zypper download` calls that a success',
  },
  {
    command: 'zypper needs-rebooting',
    happened: 'a patch that wants a reboot was installed since the boot, which zypper said with 102, once',
    code: '0',
    says: 'rebootWanted: true',
    file: zypper,
    title:
      'leaves out a patch that wants a reboot and calls that a success: it stays pending, and its reboot wanted',
  },
];
