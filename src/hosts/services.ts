/**
 * Shell functions: `state_of UNIT` says how a service is in systemd's words, `restart UNIT` starts it anew. Where a host has OpenRC and no
 * systemd (Alpine), its services go by the same names: `nginx.service` is /etc/init.d/nginx (doc: rc-service(8) of OpenRC 0.54, whose status
 * ends with 0 for a service that is started).
 */
export const services = `
state_of() {
  if command -v systemctl >/dev/null 2>&1; then systemctl is-active "$1"
  elif rc-service "\${1%.service}" status >/dev/null 2>&1; then echo active
  else echo inactive; fi
}
restart() {
  if command -v systemctl >/dev/null 2>&1; then systemctl restart "$1"
  else rc-service "\${1%.service}" restart; fi
}`;

/**
 * Shell text: the parts `failed` and `services` of an answer, of what has failed and what runs. OpenRC's are asked by `rc-status` (doc:
 * rc-status(8) of OpenRC 0.54; before 0.48 it has no form that can be read), which calls what ran once at boot started, too. Where nobody
 * answers, `failed` is `? WHY`.
 */
export const printServices = `
units() { systemctl list-units "$@" --no-legend --plain --no-pager 2>/dev/null; }
if failed=$(units --state=failed) && running=$(units --type=service --state=running); then
  printf '@@ failed\\n%s\\n@@ services\\n%s\\n' "$failed" "$running" | sed '/^@@/!s/ .*//'
elif listed=$(rc-status --format ini --servicelist 2>/dev/null) && [ -n "$listed" ]; then
  echo '@@ failed'; printf '%s\\n' "$listed" | sed -n 's/ = *\\(crashed\\|failed\\).*/.service/p'
  echo '@@ services'; printf '%s\\n' "$listed" | sed -n 's/ = *started.*/.service/p'
else printf '@@ failed\\n? neither systemd nor OpenRC (0.48 or later) tells of them\\n@@ services\\n'; fi`;

/**
 * Shell text, before the name of a process's cgroup file: prints the service that it belongs to. systemd has a group for each unit; OpenRC
 * one below `rc`, `openrc.NAME` in older ones, or a hierarchy of its own with version 1 of cgroups (doc: rc-cgroup.sh of OpenRC 0.54 and later).
 */
export const printService = [
  `sed -n -e 's/^0::.*\\/\\([^/]*\\.service\\)\\(\\/.*\\)\\{0,1\\}$/\\1/p'`,
  `-e 's/^[0-9]*:name=systemd:.*\\/\\([^/]*\\.service\\)\\(\\/.*\\)\\{0,1\\}$/\\1/p'`,
  `-e 's/^0::\\/\\(rc\\/\\|openrc\\.\\)\\([^/]*\\)\\(\\/.*\\)\\{0,1\\}$/\\2.service/p'`,
  `-e 's/^[0-9]*:name=openrc:\\/\\([^/]*\\)\\(\\/.*\\)\\{0,1\\}$/\\1.service/p'`,
].join(' ');
