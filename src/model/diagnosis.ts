// What `aitrail doctor` found.

export interface Check {
  /** Stable, for scripts: `git`, `hooks`, `store` … */
  readonly name: string;
  /** `note`: nothing is wrong, and good to know. `warn`: works, with a gap. `fail`: something promised does not work. */
  readonly status: 'ok' | 'note' | 'warn' | 'fail';
  readonly detail: string;
  /** What to type or do; always there for `warn` and `fail`. */
  readonly fix: string | null;
}
