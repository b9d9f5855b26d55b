import type {Entry} from './packages.ts';

/** What the changelogs of these versions say, shortened: the CVE ids and what they are about. */
export const bookwormChangelogs: Readonly<Record<string, readonly Entry[]>> = {
  openssl: [
    [
      '3.0.22-1~deb12u2',
      'Wed, 21 Oct 2026 16:54:24 +0700',
      'CVE-2026-84782 ("DTLS Retransmits Handshake Messages From a Stale Buffer Offset")',
      'CVE-2026-35189 ("Memory Allocation in Relative CRLDP Processing")',
      'CVE-2026-75805 ("NULL Pointer Dereference in CMP Client Revocation Response Handling")',
      'CVE-2026-75806 ("Unauthenticated and Undersized DTLS 1.2 AEAD Record Causes DoS")',
    ],
    [
      '3.0.22-1~deb12u1',
      'Wed, 23 Sep 2026 10:52:17 +0700',
      'Import 3.0.22',
      'CVE-2026-54874 ("Fixed excessive memory use buffering DTLS records for a future epoch")',
      'CVE-2026-63072 ("Fixed heap buffer overflow in CMS key unwrapping")',
      'CVE-2026-75803 ("Fixed possibility of AEAD forgeries with empty ciphertext")',
    ],
  ],
  expat: [
    [
      '2.5.0-1+deb12u5',
      'Thu, 22 Oct 2026 00:34:41 +0200',
      'CVE-2026-56132: Fix out-of-bound scaffolding index store in doProlog.',
      'CVE-2026-102633: Add runtime overflow check in expat_realloc.',
      'CVE-2026-77214: Fix a heap buffer over-read vulnerability in XML_ParseBuffer.',
    ],
  ],
  nginx: [
    [
      '1.22.1-9+deb12u11',
      'Thu, 19 Nov 2026 22:02:23 +0100',
      'd/p/CVE-2023-44487.patch add, backport upstream HTTP/2 per-iteration\n    stream handling limits as additional mitigation for CVE-2023-44487.',
      'd/p/CVE-2026-15176.patch: reject URI to path mapping with alias after a rewrite changed the URI.',
      'd/p/CVE-2026-97205.patch: limit pending asynchronous operations.',
    ],
    [
      '1.22.1-9+deb12u10',
      'Sat, 18 Jul 2026 16:18:45 +0000',
      'd/p/CVE-2026-56434.patch add, backport fix for use-after-free in ngx_http_ssi_module',
      'd/p/CVE-2026-42533.patch add, backport fix for buffer overflow when using map with regex',
    ],
  ],
  'php8.2': [
    [
      '8.2.36-1~deb12u1',
      'Wed, 18 Nov 2026 21:02:04 +0100',
      'New upstream version 8.2.36:',
      '[Date] Fix CVE-2026-129496: Timezone cache use-after-free can lead to remote code execution.',
      '[FPM] Fix CVE-2026-129289: PHP-FPM request smuggling through an unread HTTP request body.',
      '[FPM] Fix CVE-2026-129291: PHP-FPM epoll use-after-free can lead to local privilege escalation.',
    ],
  ],
  curl: [
    [
      '7.88.1-10+deb12u15',
      'Fri, 08 May 2026 07:16:21 -0700',
      'Fix CVE-2025-10148, CVE-2025-14524, CVE-2025-14819, CVE-2026-3783, CVE-2026-3784,\n    CVE-2026-5773, CVE-2026-7168',
    ],
  ],
  sudo: [
    [
      '1.9.13p3-1+deb12u4',
      'Sat, 11 Apr 2026 14:01:23 +0200',
      'cherry-pick upstream exec_mailer-Set-group-as-well-as-uid: fixes CVE-2026-35535',
    ],
  ],
  tzdata: [
    [
      '2026f-0+deb12u1',
      'Thu, 29 Oct 2026 11:32:16 +0100',
      'New upstream version 2026f: Cuba will not fall back on 2026-11-01',
    ],
    ['2026e-0+deb12u1', 'Fri, 23 Oct 2026 12:16:23 +0200', 'Manitoba moves to permanent -05 on 2026-10-31'],
  ],
  haproxy: [
    [
      '2.6.12-1+deb12u4',
      'Sat, 17 Oct 2026 19:17:39 +0200',
      'BUG/MAJOR: mux-h2: properly handle short reads on PING frames',
      'BUG/MAJOR: h3: check body size with content-length on empty FIN (CVE-2026-33555)',
    ],
  ],
  redis: [
    [
      '5:7.0.15-1~deb12u10',
      'Thu, 24 Sep 2026 13:34:16 -0700',
      'CVE-2026-81934: Prevent a use-after-free in the handling of pending TLS data: a remote,\n    unauthenticated attacker may be able to execute arbitrary commands.',
      'CVE-2026-92925: Prevent an out-of-bounds read in the handling of cluster ping extensions.',
    ],
    [
      '5:7.0.15-1~deb12u9',
      'Thu, 06 Aug 2026 11:09:14 -0700',
      'CVE-2026-66373: a malicious RESTORE payload could have resulted in a double-free.',
    ],
  ],
  'postgresql-15': [
    [
      '15.20-0+deb12u1',
      'Fri, 13 Nov 2026 12:12:04 +0100',
      'New upstream version 15.20.',
      'Fixes CVE-2026-6460, CVE-2026-6467, CVE-2026-14661, CVE-2026-16237, CVE-2026-16240.',
    ],
    ['15.19-0+deb12u1', 'Tue, 11 Aug 2026 23:41:23 +0200', 'New upstream version 15.19 (CVE-2026-6471).'],
  ],
  nodejs: [
    [
      '18.20.4+dfsg-1~deb12u3',
      'Mon, 28 Sep 2026 20:21:54 +0200',
      'Fix CVE-2026-48618: unicode dot separators lead to a TLS wildcard-depth authentication bypass',
      'Fix CVE-2026-48928: case-sensitive SNI context matching',
      'Fix CVE-2026-48931: HTTP Agent can accept a response that is sent before the request',
    ],
  ],
  git: [
    [
      '1:2.39.5-0+deb12u3',
      'Tue, 07 Oct 2025 14:22:08 +0200',
      'Fix CVE-2025-27613',
      'Fix CVE-2025-46835',
      'Fix CVE-2025-48384',
      'Fix CVE-2025-48385',
    ],
  ],
  'linux-signed-amd64': [
    ['6.1.192+2', 'Mon, 16 Nov 2026 11:17:40 +0100', 'Sign kernel from linux 6.1.192-2'],
    [
      '6.1.192+1',
      'Sat, 07 Nov 2026 08:40:11 +0100',
      'Sign kernel from linux 6.1.192-1',
      "io_uring/io-wq: don't lose the signal that ends work (CVE-2026-99228)",
      'apparmor: fix out-of-bounds write when null terminating a label vec (CVE-2026-89761)',
      'smb: client: fix OOB read/write from unvalidated DataOffset (CVE-2026-89633)',
    ],
  ],
  'net-snmp': [
    [
      '5.9.3+dfsg-2+deb12u1',
      'Mon, 12 Jan 2026 19:04:51 +0100',
      'CVE-2025-68615: snmptrapd can be crashed by a crafted packet',
    ],
  ],
  rsync: [
    [
      '3.5.0+ds1-0+deb12u1',
      'Sun, 18 Oct 2026 12:03:19 -0700',
      'New upstream release, fixing 33 CVEs, among them',
      'CVE-2026-53784: Daemon module-root chdir escape under "use chroot = no"',
      'CVE-2026-53795: Receiver write escape via an absolute --temp-dir',
    ],
  ],
  'python3.11': [
    [
      '3.11.2-6+deb12u9',
      'Wed, 07 Oct 2026 14:35:07 +0200',
      'CVE-2026-1502: Reject CR/LF in HTTP tunnel request headers',
      'CVE-2026-19445: Do not call the servername callback through a released SSLContext',
    ],
  ],
};
