/**
 * A manager that is a program in Python, and whose library can be asked. `isIt`: a shell command that knows the program by its path,
 * `$program`, and the `$interpreter` of its first line. `locale`: one that its hosts have and that says everything in English.
 */
type Library = {program: string; isIt: string; locale: string; prologue: string};

/**
 * Shell function `ask_library ARGUMENT...`: runs a body of Python that defines `main(words)`, with the interpreter of the manager itself.
 * What it raises is given to `refuse`, which the prologue or the body defines.
 */
export const askLibrary = ({program, isIt, locale, prologue}: Library, body: string): string => `
ask_library() {
  program=$(command -v ${program})
  interpreter=$(sed -n '1s/^#! *//p' "$program")
  ${isIt} || { printf '@@ refused\\nits ${program} is another\\n'; return 1; }
  $interpreter - "$@" 2>/dev/null <<'PATCHDECK_PYTHON'
${prologue.trim()}
${body.trim()}
try:
    main(sys.argv[1:])
except Exception as problem:
    refuse(problem)
    sys.exit(1)
PATCHDECK_PYTHON
}
export LC_ALL=${locale}`;
