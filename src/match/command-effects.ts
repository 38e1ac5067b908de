// Whether what changed while an agent's command ran may be the command's work. Tests, builds and checks run for minutes
// while a person goes on editing: they write no sources, and claim none. git, cp and the like bring back or move what
// somebody wrote before: where it came from is found by its text, not by who gave the command.

/** What says nothing of what runs: bodies of here-documents, quoted words, output that goes nowhere. */
const SILENT: readonly (readonly [RegExp, string])[] = [
  [/\\\n/g, ' '],
  [/<<-?[ \t]*(['"]?)(\w+)\1([^\n]*)\n(?:[\s\S]*?\n)??[ \t]*\2(?=\s|\)|$)/g, '$3'],
  [/'[^']*'/g, "''"],
  [/"(?:[^"\\]|\\.)*"/gs, '""'],
  [/\s*[\d&]?>{1,2}\s*(?:\/dev\/null|&\d)/g, ''],
];

const SEGMENTS = /\s*(?:&&|\|\||;|\||&|\n)\s*/;
/** What stands before the program: variables, and wrappers that change nothing. */
const PREFIX =
  /^(?:(?:[A-Za-z_]\w*=\S*|sudo|time|nice|env|command|npx|bunx|timeout\s+\S+|uv run|poetry run|bundle exec)\s+)*/;

const HARMLESS: readonly RegExp[] = [
  /^$/,
  /^(?:cd|pushd|popd|export|set|sleep|echo|true|false|exit|wait|kill)\b(?!.*>)/,
  /^(?:source|\.)\s+\S*\/activate$/,
  /^(?:ls|cat|head|tail|grep|egrep|rg|wc|pwd|which|type|file|stat|du|df|ps|env|printenv|date|whoami|uname|tree|diff|cmp|jq|uniq|cut|tr|nl|basename|dirname|realpath|readlink|test|\[|seq|xxd|od|sha\d+sum|md5sum)(?=\s|$)(?!.*>)/,
  /^find\b(?!.*(?:>|\s-(?:exec|execdir|ok|okdir|delete|fprint\w*)\b))/,
  /^sort\b(?!.*(?:>|\s-\w*o|--output))/,
  /^sed\b(?!.*(?:>|\s-\w*i|--in-place))/,
  /^(?:cp|mv|ln|mkdir|rmdir|rm|touch|chmod)\b(?!.*>)/,
  // what git prints is somebody's text too, wherever it goes
  /^git\s+(?:-[Cc]\s+\S+\s+|--no-pager\s+)*(?:add|am|apply|blame|branch|cat-file|checkout|cherry-pick|clean|clone|commit|config|describe|diff|fetch|grep|init|log|ls-files|ls-tree|merge|mv|pull|push|rebase|reflog|remote|reset|restore|rev-list|rev-parse|revert|rm|shortlog|show|stash|status|switch|tag|worktree)\b(?!.*\s(?:-x|--exec)\b)/,
  /^(?:gh|glab)\b(?!.*>)/,
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

/** A shell that is given its program as a word: clients wrap every command so. */
const WRAPPED = /^\s*(?:\S*\/)?(?:ba|z|da|k)?sh\s+(?:-\w+\s+)*?-\w*c\s+(['"]?)([\s\S]*)\1\s*$/;

/** @param command as the shell got it. */
export function mayWriteSources(command: string): boolean {
  const inner = WRAPPED.exec(command)?.[2];
  if (inner !== undefined) return mayWriteSources(inner);
  const plain = SILENT.reduce((text, [said, kept]) => text.replaceAll(said, kept), command);
  return plain
    .split(SEGMENTS)
    .map((segment) => segment.replace(PREFIX, '').trim())
    .some((segment) => !HARMLESS.some((harmless) => harmless.test(segment)));
}
