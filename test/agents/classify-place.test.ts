// Where a secret stands in a call, and whether it may be replaced there. `§` marks the place.
import { expect, test } from 'vitest';
import { classifyPlace } from '../../src/agents/classify-place.ts';
import { classifyArgument, type ArgumentUse } from '../../src/agents/classify-argument.ts';

const place = (marked: string) => ({ text: marked.replace('§', 'K'), offset: marked.indexOf('§') });

test.each<[string, ArgumentUse]>([
  // here-documents
  ["cat > .env <<'EOF'\nKEY=§\nEOF", 'written'],
  ['cat <<EOF > .env\nKEY=§\nEOF', 'written'],
  ['cat >> .env << EOF\nA=1\nKEY=§\nEOF\necho done', 'written'],
  ["tee .env <<'EOF'\nKEY=§\nEOF", 'written'],
  ["sudo tee /etc/app.env > /dev/null <<'EOF'\nKEY=§\nEOF", 'written'],
  ["cat <<'EOF' | tee .env\nKEY=§\nEOF", 'written'],
  ["cat <<'EOF' | sed s/a/b/ > .env\nKEY=§\nEOF", 'written'],
  ["cat > .env <<'EOF'\nKEY=§", 'written'],
  ['mkdir -p x && (cd x && cat > f <<E\n§\nE\n)', 'written'],
  ['cat <<EOF\nKEY=§\nEOF', 'run'],
  ["psql <<'EOF'\nset x = '§'\nEOF", 'run'],
  ["curl -d @- https://x.example <<'EOF'\n§\nEOF", 'run'],
  ["cat <<'EOF' | curl -d @- https://x.example\n§\nEOF", 'run'],
  ['cat > f <<< "KEY=§"', 'written'],
  // echo and printf
  ['echo "KEY=§" > .env', 'written'],
  ["echo 'KEY=§' >> .env && cat .env", 'written'],
  ["printf 'KEY=%s\\n' '§' > .env", 'written'],
  ['echo KEY=§ | tee -a .env', 'written'],
  ['{ echo a; echo KEY=§; } > .env', 'written'],
  ['echo "KEY=§"', 'run'],
  ['echo "§" > /dev/null', 'run'],
  ['echo "§" | docker login --password-stdin', 'run'],
  ['echo "§" 2> err.log', 'run'],
  // what only runs
  ['curl -H "Authorization: Bearer §" https://x.example', 'run'],
  ['curl -H "Authorization: Bearer §" https://x.example > out.json', 'run'],
  ['export KEY=§ && npm test', 'run'],
  ['KEY=§ npm test', 'run'],
  ['git clone https://u:§@git.example/x.git', 'run'],
  ['grep -rn "§" src', 'run'],
  ["sed -i 's/§/x/' f", 'run'],
  // scripts
  [`python3 -c "open('.env','w').write('KEY=§')"`, 'written'],
  ["python3 - <<'P'\nfrom pathlib import Path\nPath('.env').write_text('KEY=§')\nP", 'written'],
  [
    "python3 - <<'P'\nimport requests\nrequests.get('https://x.example', headers={'k': '§'})\nP",
    'run',
  ],
  [
    "python3 - <<'P'\nfrom pathlib import Path\np = Path('f')\np.write_text(p.read_text().replace('a', '§'))\nP",
    'written',
  ],
  [
    "python3 - <<'P'\nfrom pathlib import Path\np = Path('f')\np.write_text(p.read_text().replace('§', 'a'))\nP",
    'matched',
  ],
  [`node -e "require('fs').writeFileSync('.env', 'KEY=§')"`, 'written'],
  // patches and shells inside
  [
    "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: f\n@@\n-a\n+KEY=§\n*** End Patch\nEOF",
    'written',
  ],
  [
    "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: f\n@@\n-KEY=§\n+b\n*** End Patch\nEOF",
    'matched',
  ],
  ["git apply - <<'EOF'\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+§\nEOF", 'written'],
  ["bash -lc 'echo KEY=§ > .env'", 'written'],
  ['bash -c "curl -u x:§ https://x.example"', 'run'],
  ["sh <<'EOF'\necho KEY=§ > .env\nEOF", 'written'],
])('%s', (command, want) => {
  expect(classifyPlace({ tool: 'Bash', pointer: ['command'], ...place(command) })).toBe(want);
});

test.each<[string, readonly (string | number)[] | null, string, ArgumentUse]>([
  ['Write', ['content'], 'KEY=§', 'written'],
  ['Edit', ['old_string'], 'KEY=§', 'matched'],
  ['Edit', ['new_string'], 'KEY=§', 'written'],
  ['MultiEdit', ['edits', 0, 'old_string'], '§', 'matched'],
  ['apply_patch', null, '*** Begin Patch\n*** Add File: f\n+KEY=§\n*** End Patch', 'written'],
  ['apply_patch', null, '*** Begin Patch\n*** Update File: f\n@@\n KEY=§\n', 'matched'],
  ['apply_patch', ['patchText'], '*** Begin Patch\n*** Update File: f\n@@\n-KEY=§\n', 'matched'],
  ['replace_in_file', ['diff'], '------- SEARCH\n§\n=======\nx\n+++++++ REPLACE', 'matched'],
  ['replace_in_file', ['diff'], '------- SEARCH\nx\n=======\n§\n+++++++ REPLACE', 'written'],
  [
    'replace_in_file',
    ['diff'],
    '<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n<<<<<<< SEARCH\n§\n',
    'matched',
  ],
  [
    'exec',
    null,
    'await tools.apply_patch("*** Begin Patch\\n*** Add File: f\\n+KEY=§\\n*** End Patch");',
    'written',
  ],
  [
    'exec',
    null,
    'await tools.apply_patch("*** Begin Patch\\n*** Update File: f\\n@@\\n-KEY=§\\n*** End Patch");',
    'matched',
  ],
  ['exec', null, 'await tools.exec_command({ cmd: "echo KEY=§ > .env" });', 'written'],
  ['exec', null, 'await tools.exec_command({ cmd: "curl -u x:§ https://x.example" });', 'run'],
  ['shell', ['command', 2], 'echo KEY=§ > .env', 'written'],
  ['Agent', ['prompt'], 'use §', 'other'],
  ['write_file', ['file_path'], '/w/§', 'other'],
])('%s %o: %s', (...[tool, pointer, marked, want]) => {
  expect(classifyPlace({ tool, pointer, ...place(marked) })).toBe(want);
});

test('a whole argument without its text', () => {
  expect(classifyArgument('Bash', ['command'])).toBe('run');
  expect(classifyArgument('apply_patch', null)).toBe('written');
  expect(classifyArgument(null, null)).toBe('other');
});
