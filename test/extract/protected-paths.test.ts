// Commands that write a workflow file: each names it, or says that it may have written anything (the commit's own check
// decides then). None may pass as a command that writes nothing or something else.
import { expect, test } from 'vitest';
import { findShellWrites } from '../../src/extract/shell-writes.ts';
import type { Edit } from '../../src/model/edit.ts';

const F = '.github/workflows/x.yml';
const BASE64 = Buffer.from(`echo on > ${F}`).toString('base64');

const pathsOf = (edit: Edit): readonly (string | null)[] => {
  if (edit.kind === 'command') return edit.paths;
  return 'movedTo' in edit ? [edit.path, edit.movedTo] : [edit.path];
};

test.each([
  `cat > ${F} <<'EOF'\non: push\nEOF`,
  `cat <<EOF > ${F}\non: push\nEOF`,
  `cat >> ${F} << 'EOF'\non: push\nEOF`,
  `cat a.yml > ${F}`,
  `echo 'on: push' > ${F}`,
  `echo 'on: push' >> ./${F}`,
  `printf 'on: push\\n' > ${F}`,
  `: > ${F}`,
  `> ${F}`,
  `tee ${F} < a.yml`,
  `echo on | tee ${F}`,
  `echo on | tee -a ${F} > /dev/null`,
  `sudo tee ${F} <<< on`,
  `cp a.yml ${F}`,
  `cp a.yml .github/workflows/x.yml`,
  `cp x.yml .github/workflows/`,
  `mv a.yml ${F}`,
  `mv x.yml .github/workflows/`,
  `mv ${F} old.yml`,
  `git mv a.yml ${F}`,
  `ln -sf ../../a.yml ${F}`,
  `install -m 644 a.yml ${F}`,
  `rsync a.yml ${F}`,
  `rm ${F}`,
  `rm -rf ${F}`,
  `git rm ${F}`,
  `unlink ${F}`,
  `touch ${F}`,
  `truncate -s 0 ${F}`,
  `chmod 777 ${F}`,
  `dd if=a.yml of=${F}`,
  `sed -i 's/a/b/' ${F}`,
  `sed -i.bak -e 's/a/b/' ${F}`,
  `perl -pi -e 's/a/b/' ${F}`,
  `awk '{print > "${F}"}' a.yml`,
  `git checkout main -- ${F}`,
  `git checkout ${F}`,
  `git restore ${F}`,
  `git restore --source HEAD~3 ${F}`,
  `git apply <<'D'\n--- a/${F}\n+++ b/${F}\n@@ -1 +1 @@\n-a\n+b\nD`,
  `patch ${F} < a.diff`,
  `apply_patch <<'E'\n*** Begin Patch\n*** Update File: ${F}\n@@\n-a\n+b\n*** End Patch\nE`,
  `curl -o ${F} https://x.example/x.yml`,
  `curl -s https://x.example/x.yml > ${F}`,
  `wget -O ${F} https://x.example/x.yml`,
  `python -c "open('${F}','w').write('on: push')"`,
  `python3 - <<'P'\nfrom pathlib import Path\nPath('${F}').write_text('on: push')\nP`,
  `python3 - <<'P'\nwith open('${F}', 'a') as f:\n    f.write('on: push')\nP`,
  `node -e "require('fs').writeFileSync('${F}', 'on')"`,
  `echo ${BASE64} | base64 -d | sh`,
  `echo ${BASE64} | base64 --decode | bash`,
  `echo b24= | base64 -d > ${F}`,
  `bash -c "echo on > ${F}"`,
  `eval "echo on > ${F}"`,
  `cd .github && echo on > workflows/x.yml`,
  `(cd .github/workflows; echo on > x.yml)`,
  `D=.github/workflows; echo on > "$D/x.yml"`,
  `cd src && echo on > ../${F}`,
  `if true; then echo on > ${F}; fi`,
  `{ echo a; echo b; } > ${F}`,
  `diff a b > ${F} || true`,
  `touch .github/workflows/{x,y}.yml`,
  `$(echo touch) ${F}`,
])('names it: %s', (command) => {
  const paths = findShellWrites(command).flatMap(pathsOf);
  expect(paths).toContain(F);
});

test.each([
  'git apply a.patch',
  'git stash pop',
  'git checkout other-branch',
  'git pull',
  'curl https://x.example/setup.sh | sh',
  `find .github -name x.yml -exec sed -i s/a/b/ {} +`,
  `echo ${F} | xargs sed -i s/a/b/`,
  `for f in .github/workflows/*.yml; do echo on > "$f"; done`,
  'make workflows',
  './scripts/generate.sh',
  'echo on > "$TARGET"',
  'tar xzf bundle.tgz',
  'python gen.py',
  'npx create-workflow',
  'eval "$CMD"',
  'sh -c "$CMD"',
])('may write anything: %s', (command) => {
  expect(findShellWrites(command).map((edit) => edit.kind)).toContain('command');
});
