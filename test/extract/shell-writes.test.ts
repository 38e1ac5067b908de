import { expect, test } from 'vitest';
import { findShellWrites } from '../../src/extract/shell-writes.ts';
import type { Edit } from '../../src/model/edit.ts';

type Short = readonly string[];

/** An edit in one line: kind, path, text. */
function short(edit: Edit): string {
  if ('text' in edit) return `${edit.kind} ${edit.path ?? '?'}: ${edit.text}`;
  switch (edit.kind) {
    case 'replace':
      return `replace ${edit.path}: ${edit.before} -> ${edit.after}`;
    case 'patch':
      return `patch ${edit.path}: ${edit.hunks
        .flat()
        .map((l) => l.mark + l.text)
        .join('|')}`;
    case 'delete':
      return `delete ${edit.path}`;
    case 'rename':
      return `rename ${edit.path} -> ${edit.movedTo}`;
    case 'command':
      return `command [${edit.paths.join(' ')}]`;
  }
}

const DIFF = '--- a/v.yaml\n+++ b/v.yaml\n@@ -1,2 +1,3 @@\n a\n+b\n c\n';
const PATCH = '*** Begin Patch\n*** Add File: n.ts\n+x\n*** End Patch';

test.each<[string, string | readonly string[], Short]>([
  ['here-document', "cat > f <<'EOF'\nit's $x\nEOF", ["write f: it's $x\n"]],
  ['here-document before the target', 'cat <<EOF > f\na\nEOF', ['write f: a\n']],
  ['appending here-document', 'cat >> f <<EOF\na\nEOF', ['append f: a\n']],
  ['tabs stripped', 'cat > f <<-EOF\n\ta\n\t\tb\n\tEOF', ['write f: a\nb\n']],
  [
    'two documents on one line',
    'cat > a <<A; cat > b <<B\n1\nA\n2\nB\n',
    ['write a: 1\n', 'write b: 2\n'],
  ],
  [
    'escapes in an unquoted document',
    'cat > f <<E\n\\$a \\`b\\` \\\\\nE',
    ['write f: $a `b` \\\n'],
  ],
  ['folder made first', 'mkdir -p a && cat > a/f <<X\n1\nX\nls -la a', ['write a/f: 1\n']],
  ['document with CRLF', "cat > f <<'E'\r\na\r\nE\r\n", ['write f: a\r\n']],
  ['document without its end', 'cat > f <<E\na', ['write f: a']],
  ['tee', "tee f <<'E'\na\nE", ['write f: a\n']],
  ['tee to several, appending', 'echo a | tee -a f g', ['append f: a\n', 'append g: a\n']],
  ['sudo tee', 'echo a | sudo tee /etc/f', ['write /etc/f: a\n']],
  ['here-string', "cat > f <<< 'a b'", ['write f: a b\n']],
  ['echo', 'echo hi there > f', ['write f: hi there\n']],
  ['echo -n -e', "echo -ne 'a\\tb' >> f", ['append f: a\tb']],
  ['printf', "printf '%s=%d\\n' a 1 b 2 > f", ['write f: a=1\nb=2\n']],
  ['truncated', ': > f', ['command [f]']],
  ['nothing but a redirection', '> f', ['write f: ']],
  ['quoted name', 'echo a > "my file.txt"', ['write my file.txt: a\n']],
  ['variable that the script set', 'F=out/a.txt; echo a > "$F"', ['write out/a.txt: a\n']],
  ['variable that it did not', 'echo aa > "$F"', ['snippet ?: aa\n', 'command []']],
  ['substitution that is known', 'echo a > "$(echo f).txt"', ['write f.txt: a\n']],
  ['braces', 'touch {a,b}.txt', ['command [a.txt b.txt]']],
  [
    'change of directory',
    'cd app && echo a > f && cd ../lib && echo b > g',
    ['write app/f: a\n', 'write lib/g: b\n'],
  ],
  ['subshell', '(cd sub; echo a > f); echo b > g', ['write sub/f: a\n', 'write g: b\n']],
  ['directory not known any more', 'cd "$X" && echo aa > f', ['snippet ?: aa\n', 'command []']],
  ['absolute path', 'cd sub; echo a > /w/f', ['write /w/f: a\n']],
  ['group', '{ echo a; echo b; } > f', ['write f: a\nb\n']],
  ['if', 'if [ -f x ]; then echo a > f; else echo b > g; fi', ['write f: a\n', 'write g: b\n']],
  ['process substitution', 'ls | tee >(sort > f) | wc -l', ['command [f]']],
  ['case', 'case $1 in start) echo a > f;; *) exit 1;; esac', ['write f: a\n']],
  ['nested shell', 'bash -lc "echo a > f"', ['write f: a\n']],
  ['argv', ['bash', '-lc', 'cat > f <<E\na\nE'], ['write f: a\n']],
  ['argv without a shell', ['tee', 'f'], ['command [f]']],
  ['eval', "eval 'echo a > f'", ['write f: a\n']],
  ['base64', 'echo b24gcHVzaAo= | base64 -d > .github/x.yml', ['write .github/x.yml: on push\n']],
  ['base64 to a shell', 'echo ZWNobyBoaSA+IGYK | base64 --decode | sh', ['write f: hi\n']],
  ['apply_patch', `apply_patch <<'EOF'\n${PATCH}\nEOF\n`, ['write n.ts: x\n']],
  ['apply_patch by argument', ['apply_patch', PATCH], ['write n.ts: x\n']],
  [
    'apply_patch in a folder',
    `cd web && apply_patch <<'EOF'\n${PATCH}\nEOF`,
    ['write web/n.ts: x\n'],
  ],
  ['git apply', `git apply - <<'D'\n${DIFF}D`, ['patch v.yaml:  a|+b| c']],
  ['git -C apply', `git -C sub apply <<'D'\n${DIFF}D`, ['patch sub/v.yaml:  a|+b| c']],
  ['git apply of a file', 'git apply x.patch', ['command []']],
  ['patch', `patch -p1 <<'D'\n${DIFF}D`, ['patch v.yaml:  a|+b| c']],
  ['patch of a file', 'patch f < x.diff', ['command [f]']],
  ['mv', 'mv a b', ['rename a -> b']],
  ['mv into a folder', 'mv a b lib/', ['rename a -> lib/a', 'rename b -> lib/b']],
  ['git mv', 'git mv src/a.c lib/a.c', ['rename src/a.c -> lib/a.c']],
  ['rm', 'rm -rf a b/c', ['delete a', 'delete b/c']],
  ['git rm', 'git rm -q a', ['delete a']],
  ['git rm from the index', 'git rm --cached a', ['command [a]']],
  ['cp', 'cp a.yml .github/b.yml', ['command [.github/b.yml]']],
  ['cp into a folder', 'cp x/a.yml .github/', ['command [.github/a.yml]']],
  ['ln', 'ln -s docs/a.md A.md', ['command [A.md]']],
  ['sed -i', "sed -i 's/a = 60/b = 75/' p.ts", ['snippet p.ts: b = 75', 'command [p.ts]']],
  [
    'sed -i of many',
    'sed -i -e s/a/bcd/ src/*.ts',
    ['snippet src/*.ts: bcd', 'command [src/*.ts]'],
  ],
  ['sed -i adding a line', "sed -i '3a\\  new line' f", ['snippet f:   new line\n', 'command [f]']],
  ['perl -0pi', "perl -0777pi -e 's/a/b/' f", ['snippet f: b', 'command [f]']],
  [
    'a file that a loop fills',
    "python3 - <<'P'\nwith open('f', 'w') as out:\n    for n in range(3):\n        out.write(f'{n};x\\n')\nP",
    ['snippet f: {n};x\n', 'command [f]'],
  ],
  ['perl -pi', "perl -pi -e 's/a/b/' f", ['snippet f: b', 'command [f]']],
  ['awk that writes', `awk '{print > "o"}' f`, ['command [o]']],
  ['git checkout', 'git checkout main -- .github/x.yml', ['command [.github/x.yml]']],
  ['git restore', 'git restore --source=HEAD~1 a.ts', ['command [a.ts]']],
  ['git stash pop', 'git stash pop', ['command []']],
  ['dd', 'dd if=a of=b', ['command [b]']],
  ['truncate', 'truncate -s 0 f', ['command [f]']],
  ['chmod', 'chmod +x run.sh', ['command [run.sh]']],
  ['curl -o', 'curl -sSL https://x.example/y -o f.yml', ['command [f.yml]']],
  ['curl to standard output', 'curl -s https://x.example/y', []],
  ['wget', 'wget https://x.example/a/y.tgz', ['command [y.tgz]']],
  [
    'find -exec',
    "find . -name '*.ts' -exec sed -i s/a/b/ {} +",
    ['snippet **/*.ts: b', 'command [**/*.ts]'],
  ],
  ['find -delete', 'find . -delete', ['command []']],
  ['xargs', 'cat list | xargs rm', ['command []']],
  ['package script', 'npm run build', ['command []']],
  ['generator', 'python gen.py > out.json', ['command [gen.py out.json]']],
  ['scaffold', 'npm create vite@latest orders-ui -- --template react-ts', ['command []']],
  [
    'document for an unknown program',
    "psql <<'E'\nselect\n1\nE",
    ['snippet ?: select\n1\n', 'command []'],
  ],
  ['transformed document', 'cat <<E | sed s/x/y/ > f\na\nE', ['command [f]']],
  ['python -c', `python -c "open('f','w').write('a\\n')"`, ['write f: a\n']],
  ['python -c appending', `python3 -c "open('f', mode='a').write('a')"`, ['append f: a']],
  [
    'python with',
    `python3 - <<'P'\nwith open("f", "w") as out:\n    out.write("a\\n")\n    out.write("b\\n")\nP`,
    ['write f: a\n', 'append f: b\n'],
  ],
  [
    'python pathlib',
    `python3 - <<'P'\nfrom pathlib import Path\nPath("d") / "x"\nPath("a/f").write_text("""one\ntwo\n""")\nP`,
    ['write a/f: one\ntwo\n'],
  ],
  [
    'python replacing',
    `python3 - <<'P'\nfrom pathlib import Path\np = Path('f')\ns = p.read_text()\ns = s.replace("old", "new")\np.write_text(s)\nP`,
    ['replace f: old -> new', 'command [f]'],
  ],
  ['python that only prints', 'python3 -c "import json,sys; print(json.load(sys.stdin))"', []],
  ['python module', 'python -m pytest tests/test_a.py', ['command [tests/test_a.py]']],
  ['node -e', `node -e "require('fs').writeFileSync('f', 'a' + 'b')"`, ['write f: ab']],
  ['node script', 'node gen.js', ['command [gen.js]']],
  ['sed -i on macOS', "sed -i '' 's/a/bc/' f", ['snippet f: bc', 'command [f]']],
  ['uv run', "uv run python - <<'P'\nopen('f', 'w').write('a')\nP", ['write f: a']],
  ['npx', 'npx -y create-app web', ['command []']],
  ['gh that writes', 'gh pr checkout 12', ['command []']],
  ['version question', 'node --version && npm -v', []],
])('%s', (_, command, want) => {
  expect(findShellWrites(command).map(short)).toEqual(want);
});

test.each([
  'ls -la src && cat src/a.ts',
  'grep -rn "x > y" src || true',
  'git status && git diff --stat && git log --oneline -5',
  "git add -A && git commit -m \"$(cat <<'EOF'\nfix: don't break `x`\n\nbody (with) brackets\nEOF\n)\"",
  'cat .github/workflows/ci.yml | head -50',
  "sed -n '1,200p' .github/workflows/ci.yml",
  'find . -name "*.yml" -type f 2>/dev/null',
  'echo "see .github/workflows/ci.yml"',
  "awk '{print $1}' .github/workflows/ci.yml",
  '[[ a > b ]] && echo yes',
  'for f in .github/workflows/*.yml; do echo "$f"; wc -l < "$f"; done',
  'diff <(git show HEAD:ci.yml) ci.yml',
  'rg -n "on: push" .github 2>&1 | sort | uniq -c',
  'cd web && git show HEAD~1:.gitlab-ci.yml > /dev/null',
  'test -f Makefile && head -c 100 Makefile',
  'git stash list; git worktree list; git reset HEAD~1',
  'yq .jobs .github/workflows/ci.yml',
  'kubectl get pods -o yaml',
  'while read -r line; do echo "$line"; done < list.txt',
  'export A=1 && env | grep A',
  'npx tsc --noEmit && npm ls',
  'gh pr view 12 --json title',
])('only reads: %s', (command) => {
  expect(findShellWrites(command)).toEqual([]);
});
