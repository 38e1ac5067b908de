// Whether what changed while an agent's command ran may be the command's work. Tests, builds and checks run for minutes
// while a person goes on editing: they write no sources, and claim none.

const SEGMENTS = /\s*(?:&&|\|\||;|\||&|\n)\s*/;
/** What stands before the program: variables, and wrappers that change nothing. */
const PREFIX =
  /^(?:(?:[A-Za-z_]\w*=\S*|sudo|time|nice|env|command|npx|bunx|timeout\s+\S+|uv run|poetry run|bundle exec)\s+)*/;

const HARMLESS: readonly RegExp[] = [
  /^$/,
  /^(?:cd|pushd|popd|export|set|sleep|echo|true|false|exit|wait|kill)\b(?!.*>)/,
  /^(?:source|\.)\s+\S*\/activate$/,
  /^(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:test|t|start|build|dev|serve|check|typecheck|lint)(?=[:\s]|$)(?!.*(?:--?fix|:(?:fix|write|update|gen)|\s-u\b|--update|--write))/,
  /^(?:vitest|jest|mocha|ava|pytest|tox|nox|phpunit|rspec|ctest)\b(?!.*(?:-u\b|--update|--snapshot-update))/,
  /^(?:python3?|node)\s+-m\s+(?:pytest|unittest|mypy)\b/,
  /^node\s+--test\b(?!.*--test-update-snapshots)/,
  /^go\s+(?:test|build|vet|run|list)\b/,
  /^cargo\s+(?:test|t|build|b|check|c|clippy|run|bench|nextest)\b(?!.*--fix)/,
  /^(?:mvn|\.\/mvnw|gradle|\.\/gradlew)\b.*\b(?:test|verify|build|check|compile)\b/,
  /^make\s+(?:test|check|build|all)\b/,
  /^dotnet\s+(?:test|build)\b/,
  /^(?:tsc|mypy|pyright|ruff check|eslint|oxlint|flake8|shellcheck|golangci-lint run)\b(?!.*--?fix)/,
  /^(?:prettier|oxfmt|black|gofmt)\b.*(?:--check|--list-different|-l\b)/,
];

/** @param command as the shell got it. */
export function mayWriteSources(command: string): boolean {
  return command
    .split(SEGMENTS)
    .map((segment) => segment.replace(PREFIX, '').trim())
    .some((segment) => !HARMLESS.some((harmless) => harmless.test(segment)));
}
