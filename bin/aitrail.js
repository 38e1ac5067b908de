#!/usr/bin/env node
// The door: says which Node is needed before anything newer is parsed, then loads the program.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `aitrail: Node ${process.versions.node} is too old (NODE_TOO_OLD)\n  fix: install Node 20.19 or newer\n`,
  );
  process.exitCode = 2;
} else {
  const { main } = await import('../dist/bundle/main.js');
  await main(process.argv.slice(2));
}
