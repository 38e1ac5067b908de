// What a shell reads to complete `aitrail`. The scripts only ask the program, so an upgrade needs no new script.
// The program answers a line a candidate, `word TAB meaning`, and `:files` where names of files fit too.

const BASH = `# aitrail for bash: source <(aitrail completion bash)
_aitrail() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) compopt -o default 2>/dev/null ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <(aitrail completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _aitrail aitrail
`;

const ZSH = `#compdef aitrail
# aitrail for zsh: source <(aitrail completion zsh), after compinit; or a file _aitrail in a folder of $fpath
_aitrail() {
  local -a found
  local line word files=0
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      files=1
    else
      word=\${line%%$'\\t'*}
      found+=("\${word//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <(aitrail completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#found )) && _describe -V aitrail found
  (( files )) && _files
}
if [[ \${funcstack[1]} == _aitrail ]]; then
  _aitrail "$@"
else
  compdef _aitrail aitrail
fi
`;

const FISH = `# aitrail for fish: aitrail completion fish | source
function __aitrail_complete
    set -l token (commandline -ct)
    set -l words (commandline -opc) "$token"
    for line in (aitrail completion words -- $words[2..-1] 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path "$token"
        else
            echo $line
        end
    end
end
complete -c aitrail -f -a '(__aitrail_complete)'
`;

// an empty last word is lost on its way to a program in Windows PowerShell: two quotes stand for it
const POWERSHELL = `# aitrail for PowerShell: aitrail completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName aitrail -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
    if ($wordToComplete -eq '') { $words += '""' }
    aitrail completion words -- @words 2>$null | Where-Object { $_ -ne ':files' } | ForEach-Object {
        $word, $meaning = $_ -split "\`t", 2
        if (-not $meaning) { $meaning = $word }
        [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $meaning)
    }
}
`;

export const COMPLETION_SCRIPTS = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
  powershell: POWERSHELL,
} as const;
