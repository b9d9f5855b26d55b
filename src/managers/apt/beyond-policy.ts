/**
 * Shell that goes on from the full upgrade without holds: `phased`, the same with what is phased (apt 2.6 says "kept back" of it, and only its
 * policy says why; 3.0 says "deferred due to phasing"), `unpinned`, without the preferences that forbid a version (a negative priority, or
 * `never`) or keep one (`Pin: version`: with a priority above 1000 the old one is better than any other, and no list names the new one), and
 * `subscribed`, what Ubuntu's ESM has for a host that is not attached to it. Each is empty where there is nothing of the kind, and costs
 * nothing there. Older Ubuntu Pro clients forbid ESM by a preference of priority `never`; newer ones keep its lists in an apt directory of
 * their own (ubuntu-pro-client: `add_ppa_pinning`, `ESM_APT_ROOTDIR`).
 */
export const beyondPolicy = `
case $policy in *' (phased '*) phased=$(simulate -o APT::Get::Always-Include-Phased-Updates=true --ignore-hold dist-upgrade) ;; esac
main=/etc/apt/preferences parts=/etc/apt/preferences.d/
eval "$(apt-config shell main Dir::Etc::preferences/f parts Dir::Etc::preferencesparts/d)"
pins=$(for file in "$main" "$parts"*; do
  case \${file##*/} in *.pref) ;; *.*) [ "$file" = "$main" ] || continue ;; esac
  [ ! -f "$file" ] || { sed '/^#/d; s/^[[:space:]]*$//' "$file"; echo; }
done)
if printf '%s\\n' "$pins" | grep -qiE '^(Pin-Priority:[[:space:]]*(-|never)|Pin:[[:space:]]*version[[:space:]])'; then
  allowed=$(mktemp) || return 1
  printf '%s\\n' "$pins" | awk 'BEGIN {RS = ""; ORS = "\\n\\n"} tolower($0) !~ /(^|\\n)(pin-priority:[ \\t]*(-|never)|pin:[ \\t]*version[ \\t])/' > "$allowed"
  unpinned=$(simulate -o "Dir::Etc::preferences=$allowed" -o Dir::Etc::preferencesparts=/dev/null --ignore-hold dist-upgrade)
  rm -f "$allowed"
fi
pro='-o Dir=/var/lib/ubuntu-advantage/apt-esm -o Dir::State::status=/var/lib/dpkg/status'
[ ! -d /var/lib/ubuntu-advantage/apt-esm/var/lib/apt/lists ] || subscribed=$(simulate $pro --ignore-hold dist-upgrade)`;

/** Whether an archive opens with a subscription only. */
export const needsSubscription = (origin: string): boolean =>
  origin.split(', ').every(each => /^UbuntuESM/.test(each));
