/** Where everything of ours lies on a host: root's, closed to others, never in /tmp. */
export const hostDirectory = '/var/lib/patchdeck';
