import {z} from 'zod';

/** A program by its whole path, then its arguments. No shell reads them; what changes (names, versions, a directory) follows them. */
const commandSchema = z
  .array(z.string().regex(/^[^\p{C}]{1,200}$/u, 'a word of one line, not empty'))
  .max(10)
  .refine(
    ([program]) => program?.startsWith('/') === true,
    'a command begins with the whole path of its program, as [/opt/shop/updater, pending]',
  );

/** An application's own updater, as commands of the inventory. docs/inventory.md says what each has to print. */
export const customManagerSchema = z.strictObject({
  pending: commandSchema,
  installed: commandSchema,
  /** + NAME VERSION DIRECTORY: puts all that installing the version takes into the empty directory. */
  stage: commandSchema,
  /** + NAME FROM TO DIRECTORY. */
  install: commandSchema,
  /** + NAME FROM TO DIRECTORY, where FROM is what is installed and TO what was before. */
  undo: commandSchema,
  /** + NAME FROM TO DIRECTORY, as `undo`: says by ending with 0 that such an undo would work, and changes nothing. */
  rehearseUndo: commandSchema.exactOptional(),
  /** Units that are restarted after its changes, and after they were undone. */
  restart: z
    .array(z.string().regex(/^[A-Za-z0-9:_.@\\-]+\.service$/, 'a service with its type, as shop.service'))
    .min(1)
    .max(10)
    .exactOptional(),
  /** Managers of the distribution before whose step its own comes; otherwise it comes after all. */
  before: z
    .array(z.enum(['apt', 'dnf4', 'dnf5', 'yum', 'zypper', 'apk']))
    .min(1)
    .exactOptional(),
  /** Who runs them. */
  user: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'a user of the host, as shop')
    .default('root'),
  /** Seconds that each call may take. */
  deadline: z.int().min(1).max(7200).default(600),
});
export type CustomManager = z.infer<typeof customManagerSchema>;

/** By the name of the application. */
export const customManagersSchema = z.record(
  z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'the name of an updater has small letters, digits and "-"'),
  customManagerSchema,
);
