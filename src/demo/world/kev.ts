/**
 * A small catalogue in the form of CISA's Known Exploited Vulnerabilities (JSON): three of its real entries, shortened, so that
 * the demo needs no network and calls nothing exploited that is not.
 */
export const kevCatalogue = (now: number): object => ({
  title: 'CISA Catalog of Known Exploited Vulnerabilities (extract for the demo)',
  catalogVersion: '2025.08.25',
  // As a catalogue that was fetched today: one of months ago says nothing of what is not in it.
  dateReleased: new Date(now).toISOString(),
  count: 3,
  vulnerabilities: [
    {
      cveID: 'CVE-2025-48384',
      vendorProject: 'Git',
      product: 'Git',
      vulnerabilityName: 'Git Link Following Vulnerability',
      dateAdded: '2025-08-25',
      shortDescription:
        'Git contains a link following vulnerability that stems from its inconsistent handling of carriage return characters in configuration files.',
      requiredAction: 'Apply mitigations per vendor instructions.',
      dueDate: '2025-09-15',
      knownRansomwareCampaignUse: 'Unknown',
      notes: '',
      cwes: ['CWE-59', 'CWE-436'],
    },
    {
      cveID: 'CVE-2024-53104',
      vendorProject: 'Linux',
      product: 'Kernel',
      vulnerabilityName: 'Linux Kernel Out-of-Bounds Write Vulnerability',
      dateAdded: '2025-02-05',
      shortDescription:
        'Linux kernel contains an out-of-bounds write vulnerability in the uvc_parse_streaming component of the USB Video Class (UVC) driver.',
      requiredAction: 'Apply mitigations per vendor instructions.',
      dueDate: '2025-02-26',
      knownRansomwareCampaignUse: 'Unknown',
      notes: '',
      cwes: ['CWE-787'],
    },
    {
      cveID: 'CVE-2023-44487',
      vendorProject: 'IETF',
      product: 'HTTP/2',
      vulnerabilityName: 'HTTP/2 Rapid Reset Attack Vulnerability',
      dateAdded: '2023-10-10',
      shortDescription:
        'HTTP/2 contains a rapid reset vulnerability that allows for a distributed denial-of-service attack (DDoS).',
      requiredAction: 'Apply mitigations per vendor instructions.',
      dueDate: '2023-10-31',
      knownRansomwareCampaignUse: 'Unknown',
      notes: '',
      cwes: ['CWE-400'],
    },
  ],
});
