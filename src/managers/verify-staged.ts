import type {StagedFile} from '../model/rollback.ts';

/** Shell function `verify LINES`: fails at the first file that is not what was staged. Not every sha256sum knows --status (busybox's). */
export const verifyFiles = `
verify() {
  printf '%s\\n' "$1" | while IFS= read -r line; do
    [ -z "$line" ] || printf '%s\\n' "$line" | sha256sum -c >/dev/null 2>&1 || { echo "patchdeck-error \${line#*  } is not what was staged"; exit 1; }
  done
}`;

/** Lines for `verify`. */
export const hashes = (folder: 'new' | 'old', files: readonly StagedFile[]): string[] =>
  files.map(file => `${file.sha256}  ${folder}/${file.file}`);
