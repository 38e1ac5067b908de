// The situations that git's own tests of blame and annotate look at, made again in our own words.

export interface Situation {
  readonly name: string;
  /** A shell script in an empty repository; it fails at the first command that does. */
  readonly setup: string;
  /** What is typed after `blame`, one thing after the other, with bars between. */
  readonly asked: string;
}

const AS =
  'as() { git add -A && GIT_AUTHOR_NAME="$1" GIT_AUTHOR_EMAIL="$1@example.com" git commit -qm "$1"; }';

export const SITUATIONS: readonly Situation[] = [
  {
    name: 'many authors, a merge that adds a line of its own, a last line without an end',
    setup: `${AS}
printf 'quick fox jumps\\nlazy dog\\n' > file && as A && git tag -am one one && git tag -am two two one
printf 'second fox jumps\\ndog too\\n' >> file && as B
git switch -qc left main && printf 'slow green fox\\nwell\\n' >> file && as L
git switch -qc right main && sed -i 's/second/fourth quick/' file && as R
git merge -q left -m merged && echo 'evil merge' >> file && git commit -qa --amend -m merged
printf incomplete >> file && as C
sed -i -e 's/^slow/99/' -e '/^quick/d' file && echo 'no robots' | cat - file > more && mv more file && as 'E at some dot place'
cp file kept && git add kept && git commit -qm kept`,
    asked: `
file | file one | two -- file | main file | main^ -- file | --first-parent file | -c file |
-c -e file | -e file | --no-show-email file | -L1 file | -L, file | -L5 file | -L5, file |
-L,3 file | -L3,3 file | -L3,6 file | -L6,3 file | -L-1 file | -L0 file | -L,0 file | -L,+0 file |
-L1,+0 file | -L3,+1 file | -L3,+4 file | -L1,-0 file | -L3,-1 file | -L6,-4 file |
-L/evil/ file | -L/robot/,/green/ file | -L5,/evil/ file | -L/99/,7 file | -L/99/,+3 file |
-L/99/,-3 file | -L7 file | -L8 file | -L9 file | -L12345 file | -L,12345 file |
-L2,3 -L6,7 file | -L6,7 -L2,3 file | -L2,4 -L3,5 file | -L3,5 -L2,8 file | -L3,3 -L/fox/ file |
-L4,4 -L/dog/ file | -L, -L/$/ file | -L3,3 -L^/dog/,+2 file | -L4,4 -L^/tambourine/ file |
-L1,+ file | -L1,- file | -LX file | -L1,Y file | -L file | --contents=kept one -- file |
--contents=none file | -b one.. -- file | -b --abbrev=10 ^HEAD -- file |
--abbrev=9000 ^HEAD -- file | --no-abbrev file | -l ^HEAD file | --exclude-promisor-objects file |
untracked | -h-not-there file | --progress -L1,2 file | -p one..HEAD -- file`,
  },
  {
    name: 'functions by name, with and without a driver',
    setup: `${AS}
printf 'int main(int argc)\\n{\\n\\tputs("hello");\\n}\\n' > hello.c && as F
sed -i 's/^}/\\tputs("bye");\\n}/' hello.c && as G
{ echo '#include <stdio.h>'; cat hello.c; printf 'void mail()\\n{\\n\\tputs("mail");\\n}\\n'; } > h && mv h hello.c && as H
printf 'NO\\nfunction RIGHT(a) result(c)\\nAS THE DEFAULT\\n\\nChangeMe\\n' > file.f03 && echo 'file.f03 diff=fortran' > .gitattributes && as I`,
    asked: `
-L:main hello.c | -L:m[a-z][a-z]l hello.c | -L:nomatch hello.c | -L3,3 -L:ma.. hello.c |
-L:ma.. hello.c | -L, -L:main hello.c | -L3,3 -L^:ma.. hello.c | -L4,4 -L^:tambourine hello.c |
-L:RIGHT file.f03 | -s -n -f hello.c`,
  },
  {
    name: 'copies, moves, a directory that became a file, a commit without an author',
    setup: `${AS}
echo 'A A A A A' > one; echo 'B B B B B' > two; echo 'C C C C C' > tres; echo ABC > mouse; seq 9 > nine; seq 10 > ten; as Initial
cp one uno; mv two dos; cat one >> tres; echo DEF >> mouse; as Second
echo GHIJK >> mouse; as Third; cp mouse cow; as Fourth; printf 'ABC\\nDEF\\nXXXX\\nGHIJK\\n' > cow; as Fifth
mkdir path; cp one path/file; as Directory; rm -r path; cp one path; as File
tree=$(git rev-parse HEAD:) && printf 'tree %s\\nauthor <noname> 1234567890 +0000\\ncommitter C <c@example.com> 1234567890 +0000\\n\\n\\n \\nlate subject\\n' "$tree" > bad
git tag noname "$(git hash-object --literally -t commit -w bad)" && rm bad
printf 'ABC\\nDEF\\nXXXX\\nYYYY\\nGHIJK\\n' > horse && git add horse`,
    asked: `
uno | -C1 uno | -C -C1 uno | dos | -C1 dos | -C -C1 dos | -L2 tres | -L2 -C -C -C1 tres |
-f -C -C1 HEAD^ -- cow | -f -C -C1 HEAD -- cow | -f -C -C1 -- horse | HEAD^.. -- path |
noname -- uno | -p noname -- uno | -e noname -- uno | -L5 tres | -L1,5 tres | -L3,-4 nine | nine |
ten | --no-abbrev -s -L1,1 -L3,3 ten | -M1 cow | --show-stats cow`,
  },
  {
    name: 'line ends, filters and words of another encoding',
    setup: `${AS}
git config core.autocrlf false; echo testcase > crlf && as A; printf 'inrepo\\r\\n' > inrepo && as B
printf 'testcase\\r\\n' > crlf; echo 'crlf text' > .gitattributes
echo upper > shout.up; echo '*.up diff=up' >> .gitattributes; git config diff.up.textconv 'tr a-z A-Z <'; as C
git -c i18n.commitEncoding=ISO-8859-1 commit -q --allow-empty -m x; printf 'm\\303\\266re\\n' > m && GIT_AUTHOR_NAME=$(printf 'Zo\\353') git -c i18n.commitEncoding=ISO-8859-1 commit -qm y -- .gitattributes || true
git add m && GIT_AUTHOR_NAME=$(printf 'Zo\\353') git -c i18n.commitEncoding=ISO-8859-1 commit -qm "$(printf 'gr\\374n')"`,
    asked: `
crlf | inrepo | shout.up | --textconv shout.up | --no-textconv shout.up | m |
--encoding=ISO-8859-1 m | --encoding=none m | --encoding=UTF-8 -p m | -e --encoding=ISO-8859-1 m |
--encoding=ISO-8859-1 --incremental m`,
  },
  {
    name: 'a conflict that is not settled',
    setup: `${AS}
echo 'old line' > file1 && as O; git switch -qc foo; git rm -q file1; printf 'new line\\nand more\\n' > file2; as U
git switch -q main; printf '\\n\\nbla\\n' >> file1; as P; git switch -q foo; git merge -q main || true
printf 'new line\\nand more\\n\\nbla\\neven more\\n' > file2; git rm -qf file1; as M
git switch -q main; sed -i s/bla/foo/ file1; as N; git switch -q foo; git merge -q main || true`,
    asked: `
file2 | file1 | -p file1 | -C -C file2 | main -- file1 | MERGE_HEAD file1`,
  },
  {
    name: 'one file out of several',
    setup: `${AS}
seq 1000 1010 > one; seq 2000 2010 > two; as base; sed -i '6s/^/modified /' one two; as modified
cat one two > combined; rm one two; as combined`,
    asked: `
--root -C combined | --root -C --porcelain combined | --root -C --line-porcelain combined |
-C --incremental combined | -C -f -n combined`,
  },
  {
    name: 'revisions that are not blamed',
    setup: `${AS}
echo line1 > file; as A; git tag A; echo line2 >> file; as B; git tag B; printf 'line-one\\nline-two\\n' > file; as X; git tag X; git tag -am XT XT
printf 'line-one-change\\nline-two-changed\\ny3\\ny4\\n' > file; as Y; git tag Y; git rev-parse X > .git/ignore_x; git rev-parse Y > .git/ignore_y
git rev-parse X^{tree} > .git/tree; echo NOREV > .git/norev; git config blame.ignoreRevsFile .git/ignore_x
printf 'line-one-z\\nline-two-z\\ny3\\ny4\\n' > file; as Z; git config blame.markUnblamableLines true; git config blame.markIgnoredLines true`,
    asked: `
--ignore-rev X file | --ignore-rev XT file | --ignore-rev X^{tree} file |
--ignore-revs-file .git/tree file | file --ignore-rev Y | -p file --ignore-rev Y |
--ignore-revs-file= --ignore-revs-file .git/ignore_y file |
--ignore-revs-file .git/ignore_y file | --ignore-rev Z file | --ignore-rev Z --porcelain file |
--ignore-rev Z --line-porcelain file | file --ignore-rev NOREV | file --ignore-revs-file none |
file --ignore-revs-file .git/norev | --ignore-rev Y -c file | --ignore-rev Z --color-lines file`,
  },
  {
    name: 'colours',
    setup: `${AS}
printf 'one\\ntwo\\nthree\\n' > file; as F; printf 'four\\nfive\\n' >> file; as G
git config color.blame.repeatedLines yellow; git config color.blame.highlightRecent 'yellow,1 month ago,cyan'; git config blame.coloring repeatedLines`,
    asked: `
file | --color-lines file | --color-by-age file | --color-lines -c file | --color-lines -p file |
--color-lines --color-by-age -s file | --no-color-lines file`,
  },
  {
    name: 'settings',
    setup: `${AS}
echo one > one; as name1; echo two >> one; as name2; git config blame.showEmail true; git config blame.date short; git config blame.blankBoundary true; git config blame.showRoot true`,
    asked: `
one | --show-email one | -e one | --no-show-email one | -c one | HEAD^.. -- one | --date=iso one |
-t one`,
  },
  {
    name: 'an empty file, half a line, a whole one',
    setup: `${AS}
: > file; as A; printf partial >> file; as B; echo >> file; as C; git switch -q --orphan bare; echo here > new`,
    asked: `
main^^ -- file | -L0 main^^ -- file | -L1 main^^ -- file | main^ -- file | -L2 main^ -- file |
main -- file | -L1 main -- file | -L3 main -- file | new | --contents=new main -- file`,
  },
];
