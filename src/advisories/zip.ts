import {open, type Entry, type ZipFile} from 'yauzl';

export type {Entry} from 'yauzl';
export type ZipFilePromise = {
  entryCount: number;
  entries(): AsyncGenerator<Entry>;
  read(entry: Entry, maxBytes: number): Promise<Uint8Array>;
  close(): void;
};

/** An archive whose entries come one after the other. Everything rejects for what is no archive or is damaged. */
export const openPromise = async (path: string): Promise<ZipFilePromise> => {
  const zip = await new Promise<ZipFile>((resolve, reject) => {
    // Sizes are checked while unpacking: an entry that grows to more than it says is an error.
    open(path, {lazyEntries: true, autoClose: false, validateEntrySizes: true}, (error, file) => {
      if (error === null) resolve(file);
      else reject(error);
    });
  });
  return {
    entryCount: zip.entryCount,
    close: () => zip.close(),
    entries: async function* () {
      for (;;) {
        const entry = await nextEntry(zip);
        if (entry === undefined) return;
        yield entry;
      }
    },
    read: (entry, maxBytes) =>
      new Promise((resolve, reject) => {
        zip.openReadStream(entry, (error, stream) => {
          if (error !== null) {
            reject(error);
            return;
          }
          const chunks: Uint8Array[] = [];
          let bytes = 0;
          stream.on('data', (chunk: Uint8Array) => {
            bytes += chunk.length;
            if (bytes > maxBytes) stream.destroy(new Error('a record is too large'));
            else chunks.push(chunk);
          });
          stream.on('error', reject);
          stream.on('end', () => resolve(Buffer.concat(chunks)));
        });
      }),
  };
};

const nextEntry = (zip: ZipFile): Promise<Entry | undefined> =>
  new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      zip.off('entry', onEntry).off('end', onEnd).off('error', onError);
      act();
    };
    const onEntry = (entry: Entry): void => settle(() => resolve(entry));
    const onEnd = (): void => settle(() => resolve(undefined));
    const onError = (error: Error): void => settle(() => reject(error));
    zip.on('entry', onEntry).on('end', onEnd).on('error', onError);
    zip.readEntry();
  });
