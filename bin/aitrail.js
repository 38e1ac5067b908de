#!/usr/bin/env node
// The door: says which Node is needed before anything newer is parsed, then loads the program.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `aitrail: Node ${process.versions.node} is too old (NODE_TOO_OLD)\n  fix: install Node 20.19 or newer\n`,
  );
  process.exitCode = 2;
} else {
  const [name, ...words] = process.argv.slice(2);
  if (name === 'blame' && !asksHelp(words)) {
    // asked all day, and needs little of the program: src/cli/blame-main.ts
    require('../dist/bundle/blame.cjs').blameMain(words);
  } else {
    void import('../dist/bundle/main.js').then(({ main }) => main(process.argv.slice(2)));
  }
}

/** Before the first word that is no option. */
function asksHelp(words) {
  const end = words.findIndex((word) => word === '--' || !word.startsWith('-'));
  return words.slice(0, end < 0 ? words.length : end).some((word) => /^(-h|--help)$/.test(word));
}
