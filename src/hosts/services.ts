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
 * Shell text, before the name of a process's cgroup file: prints the service that it belongs to. systemd has a group for each unit; OpenRC
 * one below `rc`, `openrc.NAME` in older ones, or a hierarchy of its own with version 1 of cgroups (doc: rc-cgroup.sh of OpenRC 0.54 and later).
 */
export const printService = [
  `sed -n -e 's/^0::.*\\/\\([^/]*\\.service\\)\\(\\/.*\\)\\{0,1\\}$/\\1/p'`,
  `-e 's/^1:name=systemd:.*\\/\\([^/]*\\.service\\)\\(\\/.*\\)\\{0,1\\}$/\\1/p'`,
  `-e 's/^0::\\/\\(rc\\/\\|openrc\\.\\)\\([^/]*\\)\\(\\/.*\\)\\{0,1\\}$/\\2.service/p'`,
  `-e 's/^[0-9]*:name=openrc:\\/\\([^/]*\\)\\(\\/.*\\)\\{0,1\\}$/\\1.service/p'`,
].join(' ');
