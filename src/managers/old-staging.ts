/**
 * Shell text, run in a staging directory: takes away those of runs long over. The own one is used now, however old it is; another may be of
 * a run that is still open, and stays as long as a host remembers the jobs of one (90 days).
 */
export const removeOldStaging = `touch .
find .. -mindepth 1 -maxdepth 1 -mtime +90 -exec rm -rf {} +`;
