// The git hooks that aitrail takes part in.

export const HOOK_NAMES = [
  'pre-commit',
  'pre-merge-commit',
  'pre-applypatch',
  'post-commit',
  'post-merge',
  'post-rewrite',
  'post-applypatch',
  'pre-push',
] as const;

export type HookName = (typeof HOOK_NAMES)[number];

export const isHookName = (text: string | undefined): text is HookName =>
  HOOK_NAMES.some((name) => name === text);
