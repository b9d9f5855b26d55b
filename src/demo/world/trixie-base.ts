import {readPackages} from './packages.ts';

/** A small Debian 13 server before any role is given to it, as apt itself would install it. */
export const trixieBase = readPackages(`
adduser 3.152 all; apt 3.0.4; apt-utils 3.0.4 <apt; base-files 13.8+deb13u8; base-passwd 3.6.7
bash 5.2.37-2+b10 <bash=5.2.37-2; bsdutils 1:2.41.5-0+deb13u1 <util-linux=2.41.5-0+deb13u1
ca-certificates 20250419+deb13u1 all; chrony 4.6.1-3+deb13u2; coreutils 9.7-3; cpio 2.15+dfsg-2
cron 3.0pl1-197; cron-daemon-common 3.0pl1-197 all <cron; dash 0.5.12-12; dbus 1.16.2-2
dbus-bin 1.16.2-2 <dbus; dbus-daemon 1.16.2-2 <dbus; dbus-session-bus-common 1.16.2-2 all <dbus
dbus-system-bus-common 1.16.2-2 all <dbus; debconf 1.5.91 all; debconf-i18n 1.5.91 all <debconf
debian-archive-keyring 2025.1 all; debianutils 5.23.2; dhcpcd-base 1:10.1.0-11+deb13u5 <dhcpcd
diffutils 1:3.10-4; distro-info-data 0.66+deb13u2 all; dmidecode 3.6-2; dpkg 1.22.22
e2fsprogs 1.47.2-3+b12 <e2fsprogs=1.47.2-3; fdisk 2.41.5-0+deb13u1 <util-linux; findutils 4.10.0-3
gcc-14-base 14.2.0-19 <gcc-14; grep 3.11-4; gzip 1.13-1+deb13u1; hostname 3.25; ifupdown 0.8.44+deb13u1
init 1.69~deb13u1 <init-system-helpers; init-system-helpers 1.69~deb13u1 all; iproute2 6.15.0-1
iputils-ping 3:20240905-3 <iputils; kmod 34.2-2; less 668-1; libacl1 2.3.2-2+b1 <acl=2.3.2-2
libapparmor1 4.1.0-1 <apparmor; libapt-pkg7.0 3.0.4 <apt; libatomic1 14.2.0-19 <gcc-14
libattr1 1:2.5.2-3 <attr; libaudit-common 1:4.0.2-2+deb13u1 all <audit
libaudit1 1:4.0.2-2+deb13u1 <audit; libblkid1 2.41.5-0+deb13u1 <util-linux
libbpf1 1:1.5.0-3 <libbpf=1.5.0-3; libbsd0 0.12.2-2 <libbsd; libbz2-1.0 1.0.8-6 <bzip2
libc-bin 2.41-12+deb13u5 <glibc; libc6 2.41-12+deb13u5 <glibc; libcap-ng0 0.8.5-4+b1 <libcap-ng=0.8.5-4
libcap2 1:2.75-10+deb13u1+b3 <libcap2=1:2.75-10+deb13u1
libcap2-bin 1:2.75-10+deb13u1+b3 <libcap2=1:2.75-10+deb13u1; libcbor0.10 0.10.2-2 <libcbor
libcom-err2 1.47.2-3+b12 <e2fsprogs=1.47.2-3; libcrypt1 1:4.4.38-1 <libxcrypt
libdb5.3t64 5.3.28+dfsg2-9 <db5.3; libdbus-1-3 1.16.2-2 <dbus; libdebconfclient0 0.280 <cdebconf
libedit2 3.1-20250104-1 <libedit; libelf1t64 0.192-4 <elfutils; libestr0 0.1.11-2 <libestr
libext2fs2t64 1.47.2-3+b12 <e2fsprogs=1.47.2-3; libfastjson4 1.2304.0-2 <libfastjson
libfdisk1 2.41.5-0+deb13u1 <util-linux; libffi8 3.4.8-2 <libffi
libfido2-1 1.15.0-1+b1 <libfido2=1.15.0-1; libgcc-s1 14.2.0-19 <gcc-14
libglib2.0-0t64 2.84.4-3~deb13u5 <glib2.0; libgmp10 2:6.3.0+dfsg-3 <gmp
libgnutls30t64 3.8.9-3+deb13u4 <gnutls28; libgssapi-krb5-2 1.21.3-5+deb13u1 <krb5
libhogweed6t64 3.10.1-1 <nettle; libidn2-0 2.3.8-2 <libidn2; libjansson4 2.14-2+b3 <jansson=2.14-2
libk5crypto3 1.21.3-5+deb13u1 <krb5; libkeyutils1 1.6.3-6 <keyutils; libkmod2 34.2-2 <kmod
libkrb5-3 1.21.3-5+deb13u1 <krb5; libkrb5support0 1.21.3-5+deb13u1 <krb5
liblastlog2-2 2.41.5-0+deb13u1 <util-linux
liblocale-gettext-perl 1.07-7+b1 <liblocale-gettext-perl=1.07-7; liblognorm5 2.0.6-5 <liblognorm
liblz4-1 1.10.0-4 <lz4; liblzma5 5.8.1-1+deb13u2 <xz-utils; libmd0 1.1.0-2+b1 <libmd=1.1.0-2
libmnl0 1.0.5-3 <libmnl; libmount1 2.41.5-0+deb13u1 <util-linux; libncursesw6 6.5+20250216-2 <ncurses
libnettle8t64 3.10.1-1 <nettle; libnewt0.52 0.52.25-1 <newt; libnftables1 1.1.3-1 <nftables
libnftnl11 1.2.9-1 <libnftnl; libp11-kit0 0.25.5-3 <p11-kit; libpam-modules 1.7.0-5 <pam
libpam-modules-bin 1.7.0-5 <pam; libpam-runtime 1.7.0-5 all <pam; libpam0g 1.7.0-5 <pam
libpcre2-8-0 10.46-1~deb13u3 <pcre2; libpopt0 1.19+dfsg-2 <popt; libproc2-0 2:4.0.4-9 <procps
libpython3-stdlib 3.13.5-1 <python3-defaults; libpython3.13-minimal 3.13.5-2+deb13u5 <python3.13
libpython3.13-stdlib 3.13.5-2+deb13u5 <python3.13; libreadline8t64 8.2-6 <readline
libseccomp2 2.6.0-2 <libseccomp; libselinux1 3.8.1-1 <libselinux
libsemanage-common 3.8.1-1 all <libsemanage; libsemanage2 3.8.1-1 <libsemanage
libsepol2 3.8.1-1 <libsepol; libslang2 2.3.3-5+b2 <slang2=2.3.3-5
libsmartcols1 2.41.5-0+deb13u1 <util-linux; libsqlite3-0 3.46.1-7+deb13u2 <sqlite3
libss2 1.47.2-3+b12 <e2fsprogs=1.47.2-3; libstdc++6 14.2.0-19 <gcc-14
libsystemd-shared 257.13-1~deb13u1 <systemd; libsystemd0 257.13-1~deb13u1 <systemd
libtasn1-6 4.20.0-2+deb13u1; libtext-charwidth-perl 0.04-11+b4 <libtext-charwidth-perl=0.04-11
libtext-iconv-perl 1.7-8+b4 <libtext-iconv-perl=1.7-8; libtext-wrapi18n-perl 0.06-10 all
libtinfo6 6.5+20250216-2 <ncurses; libtirpc-common 1.3.6+ds-1 all <libtirpc
libtirpc3t64 1.3.6+ds-1 <libtirpc; libudev1 257.13-1~deb13u1 <systemd; libunistring5 1.3-2 <libunistring
libuuid1 2.41.5-0+deb13u1 <util-linux; libwrap0 7.6.q-36 <tcp-wrappers
libwtmpdb0 0.73.0-3+deb13u1 <wtmpdb; libxtables12 1.8.11-2 <iptables; libxxhash0 0.8.3-2 <xxhash
libzstd1 1.5.7+dfsg-1 <libzstd; linux-sysctl-defaults 4.12.1 all <linux-base
login 1:4.16.0-2+really2.41.5-0+deb13u1 <util-linux=2.41.5-0+deb13u1; login.defs 1:4.17.4-2 all <shadow
logrotate 3.22.0-1; logsave 1.47.2-3+b12 <e2fsprogs=1.47.2-3
lsb-release 12.1-1 all <lsb-release-minimal; mawk 1.3.4.20250131-1; media-types 13.0.0 all
mount 2.41.5-0+deb13u1 <util-linux; nano 8.4-1+deb13u1; ncurses-base 6.5+20250216-2 all <ncurses
ncurses-bin 6.5+20250216-2 <ncurses; netbase 6.5 all; nftables 1.1.3-1
openssh-client 1:10.0p1-7+deb13u4 <openssh; openssh-server 1:10.0p1-7+deb13u4 <openssh
openssh-sftp-server 1:10.0p1-7+deb13u4 <openssh; passwd 1:4.17.4-2 <shadow
perl-base 5.40.1-6+deb13u1 <perl; procps 2:4.0.4-9; python-apt-common 3.0.0 all <python-apt
python3 3.13.5-1 <python3-defaults; python3-apt 3.0.0 <python-apt; python3-dbus 1.4.0-1 <dbus-python
python3-distro-info 1.13 all <distro-info; python3-minimal 3.13.5-1 <python3-defaults
python3.13 3.13.5-2+deb13u5; python3.13-minimal 3.13.5-2+deb13u5 <python3.13
readline-common 8.2-6 all <readline; rsyslog 8.2504.0-1+deb13u2; runit-helper 2.16.4 all <dh-runit
sed 4.9-2+deb13u1; sensible-utils 0.0.25 all; sqv 1.3.0-3+b2 <rust-sequoia-sqv=1.3.0-3
systemd 257.13-1~deb13u1; systemd-sysv 257.13-1~deb13u1 <systemd; sysvinit-utils 3.14-4 <sysvinit
tar 1.35+dfsg-3.1; ucf 3.0052 all; udev 257.13-1~deb13u1 <systemd; unattended-upgrades 2.12 all
util-linux 2.41.5-0+deb13u1; vim-common 2:9.1.1230-2+deb13u2 all <vim
vim-tiny 2:9.1.1230-2+deb13u2 <vim; whiptail 0.52.25-1 <newt; xz-utils 5.8.1-1+deb13u2
zlib1g 1:1.3.dfsg+really1.3.1-1+deb13u1 <zlib
`);
