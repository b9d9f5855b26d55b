/**
 * Shell text that prints the newest installed kernel of the flavour that runs; nothing where there is none. The flavour is what follows
 * the version: 6.1.0-18-rt-amd64 and 6.12.38+deb13-rt-amd64 are both of "rt-amd64", and 5.14.0-503.el9.x86_64+debug of "+debug". A
 * kernel of another flavour is not what the next boot brings, however new it is.
 */
export const printNewestKernel = (boot = '/boot'): string => `
machine=$(uname -m)
flavour() {
  case $1 in
    *."$machine"*) printf 'rpm%s\\n' "\${1##*."$machine"}" ;;
    *) printf '%s\\n' "$1" | sed -E 's/^[^-]+(-[0-9][^-]*)*-//' ;;
  esac
}
running=$(flavour "$(uname -r)")
for image in ${boot}/vmlinuz-*; do
  kernel=\${image#${boot}/vmlinuz-}
  case $kernel in [0-9]*) ;; *) continue ;; esac # Alpine's are named after their flavour alone
  [ ! -e "$image" ] || [ "$(flavour "$kernel")" != "$running" ] || printf '%s\\n' "$kernel"
done | sort -V | tail -n 1`;
