/** The record without these keys: how an optional field is forgotten. */
export const omit = <Record extends object, Key extends keyof Record>(
  record: Record,
  ...keys: readonly Key[]
): Omit<Record, Key> => {
  const rest = {...record};
  for (const key of keys) Reflect.deleteProperty(rest, key);
  return rest;
};
