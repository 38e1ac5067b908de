// Programs that write no file of a project, so that nothing found after them came from them. What is not here is taken
// to be able to write anything.
import type { Value } from './shell-expand.ts';

const words = (text: string): readonly string[] => text.split(/\s+/);

const READERS = new Set(
  words(
    `[ [[ : ack actionlint ag alias apropos arch ast-grep basename bat bc bg break builtin cal case cksum clear cmp
    column comm continue cut date declare df diff diff3 dig dircolors dirname disown done du eof esac exit export expr
    fd fdfind fg fgrep fi file find fold for free function fuser getent getopts grep egrep groups hash head help hexdump
    history host hostname id in ifconfig info ip jobs jq kill killall last less let local locale locate logname ls lsblk
    lsof man md5sum more mount netstat nl nproc nslookup od paste pgrep ping pr printenv ps pstree pwd pkill read
    readlink readonly realpath return rev rg seq select set sha1sum sha256sum sha512sum shasum shellcheck shift shopt
    sleep ss stat strings stty sum sw_vers sync tac tail test tput tr trap true false tsort tty type typeset ulimit
    umask unalias uname uniq unset uptime users vmstat w wait watch wc whereis which who whoami xxd yamllint yes yq zcat
    zgrep cloc tokei tldr hadolint kubeval top htop`,
  ),
);

/** Options with which a reader writes, or starts another program. */
const TELLTALES: Readonly<Record<string, RegExp>> = {
  find: /^-(?:exec|execdir|ok|okdir|delete|fprint.*|fls)$/,
  fd: /^(?:-x|-X|--exec.*)$/,
  fdfind: /^(?:-x|-X|--exec.*)$/,
  yq: /^(?:-i|--inplace)$/,
  'ast-grep': /^(?:-U|--update-all)$/,
  gh: /^(?:checkout|co|clone|download|develop)$/,
  kubectl: /^(?:edit|cp)$/,
};

/** Of tools with sub-commands: those that only look. */
const LOOKING: Readonly<Record<string, RegExp>> = {
  npm: /^(?:ls|list|view|info|outdated|audit|root|prefix|bin|whoami|ping|search|-v|--version)$/,
  pnpm: /^(?:ls|list|why|outdated|audit|root|bin|-v|--version)$/,
  yarn: /^(?:list|why|info|outdated|audit|-v|--version)$/,
  cargo: /^(?:check|tree|metadata|search|version|--version|-V)$/,
  go: /^(?:version|env|list|vet|doc)$/,
  docker: /^(?:ps|images|logs|inspect|version|info|stats|top)$/,
  kubectl: /^(?:get|describe|logs|version|top|explain|config|auth|api-resources)$/,
  gh: /^(?:pr|issue|run|auth|api|search|status)$/,
  rustc: /^(?:--version|-V)$/,
  tsc: /^--noEmit$/,
};

/** @param args the words behind the program's name. */
export function isReader(program: string, args: readonly Value[]): boolean {
  if (isVersionQuestion(args)) return true;
  const telltale = Object.hasOwn(TELLTALES, program) ? TELLTALES[program] : undefined;
  if (telltale !== undefined && args.some((word) => telltale.test(word.text))) return false;
  const looking = Object.hasOwn(LOOKING, program) ? LOOKING[program] : undefined;
  if (looking === undefined) return READERS.has(program);
  return program === 'tsc'
    ? args.some((word) => looking.test(word.text))
    : looking.test(args[0]?.text ?? '');
}

const isVersionQuestion = (args: readonly Value[]): boolean =>
  args.length === 1 && /^(?:--version|--help|-h|-V)$/.test(args[0]?.text ?? '');
