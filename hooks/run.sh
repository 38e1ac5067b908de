# What every aitrail hook does. Sourced by the files beside it, after lines that `aitrail init` writes above:
# `node`, `bundle` and `version` of the installation, `state` (the state directory below HOME), `earlier` (a folder of
# hooks to run as well, or empty). The hook's own file has set `hook` and `dir` (this repository's .git/aitrail).
#
#   1. the daemon, over its socket: at most 1 s
#   2. Node with the bundled fallback: at most 10 s
#   3. neither can answer: the file `fail-closed` says for which hooks that refuses
#
# The hook that was here before runs too, with the same arguments and standard input, and keeps its exit status.

break='
'
stdin=
chained=
asked=
# as `pre-commit.legacy` or `.old` another hook manager calls us, and runs the rest itself
if [ "${0##*/}" = "$hook" ]; then
  if [ -n "$earlier" ]; then chained=$earlier/$hook; else chained=${0%/*}/$hook.aitrail-chained; fi
  [ -x "$chained" ] || chained=
fi

run_chained() {
  [ -n "$chained" ] || return 0
  if [ -n "$stdin" ]; then "$chained" "$@" <"$stdin"; else "$chained" "$@"; fi
}

# Fields ended by NUL: protocol, version, uid, umask, directory, hook, number of arguments, arguments, variables, an
# empty field; then standard input.
print_request() {
  printf '%s\0' 1 "$version" "$uid" "$(umask)" "$PWD" "$hook" "$#" "$@"
  for name in HOME PATH USER LOGNAME EMAIL TMPDIR LANG LC_ALL TZ \
    XDG_STATE_HOME XDG_CONFIG_HOME XDG_RUNTIME_DIR XDG_CACHE_HOME XDG_DATA_HOME \
    SSH_AUTH_SOCK SSH_CONNECTION GPG_TTY GNUPGHOME DBUS_SESSION_BUS_ADDRESS \
    AITRAIL_HOME AITRAIL_SESSION AITRAIL_POLICY AITRAIL_PASSPHRASE_FILE AITRAIL_QUIET \
    GIT_DIR GIT_WORK_TREE GIT_COMMON_DIR GIT_INDEX_FILE GIT_PREFIX GIT_NAMESPACE GIT_REFLOG_ACTION \
    GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_QUARANTINE_PATH GIT_CEILING_DIRECTORIES \
    GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_AUTHOR_DATE GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL \
    GIT_COMMITTER_DATE GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM \
    GIT_CONFIG_NOSYSTEM GIT_SSH GIT_SSH_COMMAND GIT_DEFAULT_HASH GIT_LITERAL_PATHSPECS \
    CLAUDECODE CLAUDE_CODE_SESSION_ID CLAUDE_PROJECT_DIR CODEX_THREAD_ID CODEX_SESSION_ID CURSOR_AGENT \
    CURSOR_TRACE_ID GEMINI_CLI QWEN_CODE OPENCODE COPILOT_AGENT_SESSION_ID CLINE_ACTIVE AI_AGENT CI; do
    eval "isset=\${$name+x} value=\${$name-}"
    [ -z "$isset" ] || printf '%s=%s\0' "$name" "$value"
  done
  item=0
  while [ "$item" -lt "${GIT_CONFIG_COUNT:-0}" ]; do
    eval "printf '%s\0' \"GIT_CONFIG_KEY_$item=\${GIT_CONFIG_KEY_$item-}\" \"GIT_CONFIG_VALUE_$item=\${GIT_CONFIG_VALUE_$item-}\""
    item=$((item + 1))
  done
  # what is being merged stands nowhere else when pre-merge-commit runs
  [ "$hook" != pre-merge-commit ] || env | sed -n 's/^\(GITHEAD_[0-9a-f]*\)=.*/\1=x/p' | tr '\n' '\0'
  # values that no commit may hold: over the socket, never into a file
  case $hook in pre-*) print_secrets ;; esac
  printf '\0'
  [ -z "$stdin" ] || cat "$stdin"
}

# Variables that src/secrets/env-file.ts may take for secrets; it looks again. The shell does it by itself: each process
# that is started here makes every commit wait.
print_secrets() {
  IFS=$break
  set -f
  for line in $(export -p); do
    line=${line#export }
    line=${line#declare -x }
    name=${line%%=*}
    case $name in '' | [0-9]* | *[!A-Za-z0-9_]*) continue ;; esac
    case $name in
      *[Kk][Ee][Yy] | *[Tt][Oo][Kk][Ee][Nn] | *[Ss][Ee][Cc][Rr][Ee][Tt]) ;;
      *[Pp][Aa][Ss][Ss][Ww][Oo][Rr][Dd] | *[Pp][Aa][Ss][Ss][Ww][Dd]) ;;
      *[Pp][Aa][Ss][Ss][Pp][Hh][Rr][Aa][Ss][Ee]) ;;
      *[Cc][Rr][Ee][Dd][Ee][Nn][Tt][Ii][Aa][Ll] | *[Cc][Rr][Ee][Dd][Ee][Nn][Tt][Ii][Aa][Ll][Ss]) ;;
      *_[Pp][Aa][Ss][Ss] | *_[Pp][Ww][Dd] | *_[Aa][Uu][Tt][Hh] | *_[Pp][Aa][Tt]) ;;
      *) case $line in *://*:*@*) ;; *) continue ;; esac ;;
    esac
    eval "printf '%s=%s\0' \"\$name\" \"\${$name-}\""
  done
}

# Hands standard input to the daemon, prints its answer. perl starts in a third of curl's time.
send() {
  if [ -d /proc/self ] && command -v perl >/dev/null 2>&1; then
    # 1, 1: AF_UNIX and SOCK_STREAM of Linux; the module that knows them takes as long as all the rest
    PERL5OPT= PERL5LIB= perl -e '
      $SIG{ALRM} = $SIG{PIPE} = sub { exit 28 };
      alarm 1;
      $/ = undef;
      my $body = <STDIN>;
      socket(my $daemon, 1, 1, 0) or exit 7;
      connect($daemon, pack("Sa*", 1, "$ARGV[0]\0")) or exit 7;
      select $daemon;
      $| = 1;
      print "POST /hook HTTP/1.0\r\nhost: aitrail\r\ncontent-type: application/octet-stream\r\n";
      print "content-length: ", length $body, "\r\n\r\n", $body;
      my $reply = <$daemon>;
      $reply =~ s/\AHTTP\/1\.[01] 200 .*?\r\n\r\n//s or exit 22;
      print STDOUT $reply;
    ' "$socket" 2>/dev/null
  elif command -v curl >/dev/null 2>&1; then
    curl -q -s -f --noproxy '*' --unix-socket "$socket" --max-time 1 \
      -H 'content-type: application/octet-stream' -H 'expect:' --data-binary @- http://aitrail/hook
  else
    return 1
  fi
}

# 0: $verdict is the hook's exit status. 1: somebody else must answer.
ask_daemon() {
  # a push takes as long as the network does, and may ask for a passphrase
  [ "$hook" != pre-push ] || return 1
  case ${AITRAIL_HOME-} in /*) home=$AITRAIL_HOME ;; *)
    case ${XDG_STATE_HOME-} in /*) home=$XDG_STATE_HOME/aitrail ;; *) home=${HOME-}/$state ;; esac ;;
  esac
  # whoever wrote the number of the user there is that user: to ask id(1) takes a process
  [ -O "$home/run/socket" ] && { IFS= read -r socket && IFS= read -r uid; } 2>/dev/null <"$home/run/socket" || return 1
  [ -S "$socket" ] || return 1
  asked=1
  reply=$(print_request "$@" | send) || return 1
  verdict=${reply%%"$break"*}
  case $verdict in 0 | 1) ;; *) return 1 ;; esac
  text=${reply#"$verdict"}
  text=${text#"$break"}
  [ -z "$text" ] || printf '%s\n' "$text" >&2
}

# Runs a command for at most 10 s; a push, which may bring a whole history, for two minutes.
run_bounded() {
  bound=10
  [ "$hook" != pre-push ] || bound=120
  if command -v timeout >/dev/null 2>&1; then
    timeout --foreground -k 1 "$bound" "$@" <"${stdin:-/dev/null}"
    return
  fi
  "$@" <"${stdin:-/dev/null}" &
  child=$!
  (
    sleep "$bound" &
    sleeper=$!
    trap 'kill "$sleeper"' TERM
    wait "$sleeper" && kill "$child"
  ) </dev/null >/dev/null 2>&1 &
  watch=$!
  wait "$child"
  ended=$?
  kill "$watch" 2>/dev/null
  return "$ended"
}

# 40 means refused; whatever else is not 0 is no answer, a Node that cannot start included.
ask_node() {
  [ -x "$node" ] || node=$(command -v node 2>/dev/null)
  export AITRAIL_HOOK_ASKED="$asked"
  if [ -n "$node" ] && [ -r "$bundle" ]; then
    run_bounded "$node" "$bundle" "$hook" "$@"
  elif command -v aitrail >/dev/null 2>&1; then
    export AITRAIL_HOOK_STATUS=40
    run_bounded aitrail hook "$hook" "$@"
  else
    why='neither Node nor aitrail is where it was installed'
    mend='install Node 20.19 or newer and aitrail, then: aitrail init'
    return 1
  fi
  ended=$?
  case $ended in
    0) verdict=0 && return ;;
    40) verdict=1 && return ;;
    124 | 137 | 143)
      why="the check was ended, or took more than $bound s"
      mend='try once more when less is going on, or with less at a time'
      ;;
    *)
      why="the check ended with status $ended"
      mend='aitrail doctor'
      ;;
  esac
  return 1
}

give_up() {
  verdict=0
  closed='pre-commit pre-merge-commit pre-applypatch pre-push'
  [ ! -r "$dir/fail-closed" ] || IFS= read -r closed <"$dir/fail-closed"
  case " $closed " in
    *" $hook "*)
      verdict=1
      printf 'aitrail: %s: %s, so its blocking rules could not be checked (HOOK_UNAVAILABLE)\n' "$hook" "$why" >&2
      ;;
    *) printf 'aitrail: %s: %s, so nothing was checked or attested (HOOK_UNAVAILABLE)\n' "$hook" "$why" >&2 ;;
  esac
  printf '  fix: %s\n' "$mend" >&2
}

ask_aitrail() { ask_daemon "$@" || ask_node "$@" || give_up; }

case $hook in
  pre-push | post-rewrite)
    stdin=$dir/stdin.$$
    trap 'rm -f "$stdin"' EXIT
    trap 'exit 130' HUP INT TERM
    (umask 077 && cat >"$stdin") || stdin=
    ;;
esac

case $hook in
  pre-*)
    # first the earlier hook: it may still change what is staged
    run_chained "$@" || exit
    ask_aitrail "$@"
    exit "$verdict"
    ;;
  *)
    ask_aitrail "$@"
    unset AITRAIL_HOOK_ASKED AITRAIL_HOOK_STATUS
    run_chained "$@"
    exit
    ;;
esac
