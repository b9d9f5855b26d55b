import {readPackages} from './packages.ts';

/** A small Debian 12.15 server before any role is given to it, as apt itself would install it. */
export const bookwormBase = readPackages(`
adduser 3.134 all; apt 2.6.2; apt-utils 2.6.2 <apt; base-files 12.4+deb12u15; base-passwd 3.6.1
bash 5.2.15-2+b13 <bash=5.2.15-2; bsdutils 1:2.38.1-5+deb12u3 <util-linux=2.38.1-5+deb12u3
ca-certificates 20250419~deb12u2 all; chrony 4.3-2+deb12u3; coreutils 9.1-1; cpio 2.13+dfsg-7.1
cron 3.0pl1-162; cron-daemon-common 3.0pl1-162 all <cron; dash 0.5.12-2; dbus 1.14.10-1~deb12u1
dbus-bin 1.14.10-1~deb12u1 <dbus; dbus-daemon 1.14.10-1~deb12u1 <dbus
dbus-session-bus-common 1.14.10-1~deb12u1 all <dbus; dbus-system-bus-common 1.14.10-1~deb12u1 all <dbus
debconf 1.5.82 all; debconf-i18n 1.5.82 all <debconf; debian-archive-keyring 2023.3+deb12u2 all
debianutils 5.7-0.5~deb12u1; diffutils 1:3.8-4; distro-info-data 0.58+deb12u7 all; dmidecode 3.4-1
dmsetup 2:1.02.185-2 <lvm2=2.03.16-2; dpkg 1.21.23; e2fsprogs 1.47.0-2+b2 <e2fsprogs=1.47.0-2
fdisk 2.38.1-5+deb12u3 <util-linux; findutils 4.9.0-4; gcc-12-base 12.2.0-14+deb12u1 <gcc-12
gpgv 2.2.40-1.1+deb12u2 <gnupg2; grep 3.8-5; gzip 1.12-1; hostname 3.23+nmu1; ifupdown 0.8.41
init 1.65.2+deb12u1 <init-system-helpers; init-system-helpers 1.65.2+deb12u1 all; iproute2 6.1.0-3
iputils-ping 3:20221126-1+deb12u1 <iputils; isc-dhcp-client 4.4.3-P1-2 <isc-dhcp
isc-dhcp-common 4.4.3-P1-2 <isc-dhcp; kmod 30+20221128-1; less 590-2.1~deb12u2; libacl1 2.3.1-3 <acl
libapparmor1 3.0.8-3 <apparmor; libapt-pkg6.0 2.6.2 <apt; libargon2-1 0~20171227-0.3+deb12u1 <argon2
libattr1 1:2.5.1-4 <attr; libaudit-common 1:3.0.9-1 all <audit; libaudit1 1:3.0.9-1 <audit
libblkid1 2.38.1-5+deb12u3 <util-linux; libbpf1 1:1.1.2-0+deb12u1 <libbpf=1.1.2-0+deb12u1
libbsd0 0.11.7-2 <libbsd; libbz2-1.0 1.0.8-5+b1 <bzip2=1.0.8-5; libc-bin 2.36-9+deb12u14 <glibc
libc6 2.36-9+deb12u14 <glibc; libcap-ng0 0.8.3-1+b3 <libcap-ng=0.8.3-1
libcap2 1:2.66-4+deb12u3+b1 <libcap2=1:2.66-4+deb12u3
libcap2-bin 1:2.66-4+deb12u3+b1 <libcap2=1:2.66-4+deb12u3; libcbor0.8 0.8.0-2+b1 <libcbor=0.8.0-2
libcom-err2 1.47.0-2+b2 <e2fsprogs=1.47.0-2; libcrypt1 1:4.4.33-2 <libxcrypt
libcryptsetup12 2:2.6.1-4~deb12u2 <cryptsetup; libdb5.3 5.3.28+dfsg2-1 <db5.3
libdbus-1-3 1.14.10-1~deb12u1 <dbus; libdebconfclient0 0.270 <cdebconf
libdevmapper1.02.1 2:1.02.185-2 <lvm2=2.03.16-2; libedit2 3.1-20221030-2 <libedit
libelf1 0.188-2.1 <elfutils; libestr0 0.1.11-1 <libestr; libext2fs2 1.47.0-2+b2 <e2fsprogs=1.47.0-2
libfastjson4 1.2304.0-1 <libfastjson; libfdisk1 2.38.1-5+deb12u3 <util-linux; libffi8 3.4.4-1 <libffi
libfido2-1 1.12.0-2+b1 <libfido2=1.12.0-2; libfile-find-rule-perl 0.34-4~deb12u1 all
libgcc-s1 12.2.0-14+deb12u1 <gcc-12; libgcrypt20 1.10.1-3+deb12u1; libgdbm-compat4 1.23-3 <gdbm
libgdbm6 1.23-3 <gdbm; libglib2.0-0 2.74.6-2+deb12u9 <glib2.0; libgmp10 2:6.2.1+dfsg1-1.1 <gmp
libgnutls30 3.7.9-2+deb12u7 <gnutls28; libgpg-error0 1.46-1 <libgpg-error
libgssapi-krb5-2 1.20.1-2+deb12u5 <krb5; libhogweed6 3.8.1-2 <nettle
libidn2-0 2.3.3-1+b1 <libidn2=2.3.3-1; libip4tc2 1.8.9-2 <iptables; libjansson4 2.14-2 <jansson
libjson-c5 0.16-2 <json-c; libk5crypto3 1.20.1-2+deb12u5 <krb5; libkeyutils1 1.6.3-2 <keyutils
libkmod2 30+20221128-1 <kmod; libkrb5-3 1.20.1-2+deb12u5 <krb5; libkrb5support0 1.20.1-2+deb12u5 <krb5
liblocale-gettext-perl 1.07-5; liblognorm5 2.0.6-4 <liblognorm; liblz4-1 1.9.4-1 <lz4
liblzma5 5.4.1-1+deb12u2 <xz-utils; libmd0 1.0.4-2 <libmd; libmnl0 1.0.4-3 <libmnl
libmount1 2.38.1-5+deb12u3 <util-linux; libncursesw6 6.4-4 <ncurses; libnettle8 3.8.1-2 <nettle
libnewt0.52 0.52.23-1+b1 <newt=0.52.23-1; libnftables1 1.0.6-2+deb12u2 <nftables
libnftnl11 1.2.4-2 <libnftnl; libnsl2 1.3.0-2 <libnsl; libnumber-compare-perl 0.03-3 all
libp11-kit0 0.24.1-2 <p11-kit; libpam-modules 1.5.2-6+deb12u2 <pam
libpam-modules-bin 1.5.2-6+deb12u2 <pam; libpam-runtime 1.5.2-6+deb12u2 all <pam
libpam0g 1.5.2-6+deb12u2 <pam; libpcre2-8-0 10.42-1+deb12u2 <pcre2; libperl5.36 5.36.0-7+deb12u4 <perl
libpopt0 1.19+dfsg-1 <popt; libproc2-0 2:4.0.2-3 <procps
libpython3-stdlib 3.11.2-1+b1 <python3-defaults=3.11.2-1; libreadline8 8.2-1.3 <readline
libseccomp2 2.5.4-1+deb12u1 <libseccomp; libselinux1 3.4-1+b6 <libselinux=3.4-1
libsemanage-common 3.4-1 all <libsemanage; libsemanage2 3.4-1+b5 <libsemanage=3.4-1
libsepol2 3.4-2.1 <libsepol; libslang2 2.3.3-3 <slang2; libsmartcols1 2.38.1-5+deb12u3 <util-linux
libsqlite3-0 3.40.1-2+deb12u2 <sqlite3; libss2 1.47.0-2+b2 <e2fsprogs=1.47.0-2
libstdc++6 12.2.0-14+deb12u1 <gcc-12; libsystemd-shared 252.39-1~deb12u2 <systemd
libsystemd0 252.39-1~deb12u2 <systemd; libtasn1-6 4.19.0-2+deb12u1; libtext-charwidth-perl 0.04-11
libtext-glob-perl 0.11-3 all; libtext-iconv-perl 1.7-8; libtext-wrapi18n-perl 0.06-10 all
libtinfo6 6.4-4 <ncurses; libtirpc-common 1.3.3+ds-1 all <libtirpc; libtirpc3 1.3.3+ds-1 <libtirpc
libudev1 252.39-1~deb12u2 <systemd; libunistring2 1.0-2 <libunistring
libuuid1 2.38.1-5+deb12u3 <util-linux; libwrap0 7.6.q-32 <tcp-wrappers; libxtables12 1.8.9-2 <iptables
libxxhash0 0.8.1-1 <xxhash; libzstd1 1.5.4+dfsg2-5 <libzstd; login 1:4.13+dfsg1-1+deb12u2 <shadow
logrotate 3.21.0-1; logsave 1.47.0-2+b2 <e2fsprogs=1.47.0-2; lsb-release 12.0-1 all <lsb-release-minimal
mawk 1.3.4.20200120-3.1; media-types 10.0.0 all; mount 2.38.1-5+deb12u3 <util-linux; nano 7.2-1+deb12u1
ncurses-base 6.4-4 all <ncurses; ncurses-bin 6.4-4 <ncurses; netbase 6.4 all; nftables 1.0.6-2+deb12u2
openssh-client 1:9.2p1-2+deb12u10 <openssh; openssh-server 1:9.2p1-2+deb12u10 <openssh
openssh-sftp-server 1:9.2p1-2+deb12u10 <openssh; passwd 1:4.13+dfsg1-1+deb12u2 <shadow
perl 5.36.0-7+deb12u4; perl-base 5.36.0-7+deb12u4 <perl; perl-modules-5.36 5.36.0-7+deb12u4 all <perl
procps 2:4.0.2-3; python-apt-common 2.6.0 all <python-apt
python3 3.11.2-1+b1 <python3-defaults=3.11.2-1; python3-apt 2.6.0 <python-apt
python3-dbus 1.3.2-4+b1 <dbus-python=1.3.2-4; python3-distro-info 1.5+deb12u1 all <distro-info
python3-minimal 3.11.2-1+b1 <python3-defaults=3.11.2-1; readline-common 8.2-1.3 all <readline
rsyslog 8.2302.0-1+deb12u2; runit-helper 2.15.2 all <dh-runit; sed 4.9-1+deb12u1
sensible-utils 0.0.17+nmu1 all; systemd 252.39-1~deb12u2; systemd-sysv 252.39-1~deb12u2 <systemd
sysvinit-utils 3.06-4 <sysvinit; tar 1.34+dfsg-1.2+deb12u1; tasksel 3.73 all
tasksel-data 3.73 all <tasksel; ucf 3.0043+nmu1+deb12u1 all; udev 252.39-1~deb12u2 <systemd
unattended-upgrades 2.9.1+nmu3 all; usrmerge 37~deb12u1 all; util-linux 2.38.1-5+deb12u3
util-linux-extra 2.38.1-5+deb12u3 <util-linux; vim-common 2:9.0.1378-2+deb12u2 all <vim
vim-tiny 2:9.0.1378-2+deb12u2 <vim; whiptail 0.52.23-1+b1 <newt=0.52.23-1; xz-utils 5.4.1-1+deb12u2
zlib1g 1:1.2.13.dfsg-1 <zlib
`);
