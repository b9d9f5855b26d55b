import type {Entry} from './packages.ts';

/** What the changelogs of these versions say, shortened: the CVE ids and what they are about. */
export const trixieChangelogs: Readonly<Record<string, readonly Entry[]>> = {
  openssl: [
    ['3.5.9-1~deb13u1', 'Sat, 03 Oct 2026 18:00:50 +0200', 'Import 3.5.9'],
    [
      '3.5.7-1~deb13u3',
      'Tue, 29 Sep 2026 22:10:28 +0200',
      'CVE-2026-84782 ("DTLS Retransmits Handshake Messages From a Stale Buffer Offset")',
      'CVE-2026-72897 ("Out-of-Bounds Access After SSL_set_SSL_CTX() During a Handshake")',
      'CVE-2026-75806 ("Unauthenticated and Undersized DTLS 1.2 AEAD Record Causes DoS")',
    ],
  ],
  expat: [
    ['2.9.0-1~deb13u1', 'Sun, 11 Oct 2026 15:25:11 +0200', 'Rebuild for trixie-security'],
    [
      '2.9.0-1',
      'Mon, 05 Oct 2026 22:04:46 +0200',
      'fixes CVE-2026-77214: validate parameter len against available buffer capacity',
      'fixes CVE-2026-102633: integer overflow in function expat_realloc() on 32bit platforms.',
    ],
  ],
  curl: [['8.14.1-2+deb13u7', 'Mon, 12 Oct 2026 21:42:41 -0700', 'Fix CVE-2026-92392']],
  sudo: [
    [
      '1.9.16p2-3+deb13u5',
      'Tue, 29 Sep 2026 16:02:29 +0200',
      'First version in the archive with CVE-2026-96512 fixed.',
    ],
    [
      '1.9.16p2-3+deb13u3',
      'Mon, 28 Sep 2026 16:38:31 +0200',
      'Apply upstream patches to address CVE-2026-96512.',
    ],
  ],
  tzdata: [
    [
      '2026f-0+deb13u1',
      'Wed, 28 Oct 2026 21:57:59 +0100',
      'New upstream version 2026f: Cuba will not fall back on 2026-11-01',
    ],
  ],
  nodejs: [
    [
      '20.19.2+dfsg-1+deb13u3',
      'Sun, 27 Sep 2026 10:31:20 +0200',
      'Fix CVE-2026-48617: Permission Model bypass via process.report.writeReport()',
      'Fix CVE-2026-48618: unicode dot separators lead to a TLS wildcard-depth authentication bypass',
      'Fix CVE-2026-48928: case-sensitive SNI context matching',
    ],
  ],
  'rabbitmq-server': [
    [
      '4.0.5-6+deb13u2',
      'Thu, 21 Aug 2025 16:06:08 +0200',
      'CVE-2025-50200: authorization headers are logged in plaintext encoded in base64.',
    ],
  ],
  'linux-signed-amd64': [
    [
      '6.12.117+1',
      'Fri, 06 Nov 2026 21:10:00 +0100',
      'Sign kernel from linux 6.12.117-1',
      "io_uring/io-wq: don't lose the signal that ends work (CVE-2026-99228)",
      'apparmor: fix out-of-bounds write when null terminating a label vec (CVE-2026-89761)',
    ],
  ],
};
