/**
 * The floors of src/, lowest first: each may import only from the floors listed before it (and itself).
 * `demo` is apart: it may use the model only. The import check (.dependency-cruiser.mjs) is made from this list.
 */
export const floors = [
  'model',
  'versions',
  'record',
  'store',
  'ssh',
  'inventory',
  'jobs',
  'managers',
  'hosts',
  'advisories',
  'rollback',
  'policy',
  'rollout',
  'stages',
  'report',
  'engine',
];
