/** Packages that bring a kernel, by the names that distributions give them: Debian's, the RHEL family's, SUSE's, Alpine's. */
export const isKernelPackage = (name: string): boolean =>
  /^(linux-image-.*|linux-(lts|virt|edge|rpi.*)|kernel(-(rt|uek|debug|64k))?(-core)?|kernel-(default|azure|preempt|rt|lt|ml))$/.test(
    name,
  );
