/** Reads a document of the store, with a turn for others in the middle: of a large fleet a ranking has a megabyte. */
export const readInTurns = async <T>(bytes: Uint8Array, schema: {parse(value: unknown): T}): Promise<T> => {
  const raw = JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  await new Promise(resolve => setTimeout(resolve, 0));
  return schema.parse(raw);
};
