# What every interactive shell of a learner has.
case $- in *i*) ;; *) return ;; esac

HISTSIZE=5000 HISTFILESIZE=10000 HISTCONTROL=ignoredups
shopt -s histappend checkwinsize
PROMPT_COMMAND='history -a'
if [ "$(id -u)" = 0 ]; then
  PS1='\[\e[1;32m\]\h\[\e[0m\]:\[\e[1;34m\]\w\[\e[0m\]\$ '
else
  PS1='\[\e[1;32m\]\u\[\e[0m\]:\[\e[1;34m\]\w\[\e[0m\]\$ '
fi

# On a page's terminal: what an earlier shell of this terminal had set comes back, and the page is told where prompts and commands begin.
if [ -n "${DRYDOCK_TERMINAL:-}" ]; then
  __drydock_state=~/.local/state/drydock/terminal-$DRYDOCK_TERMINAL
  mkdir -p "${__drydock_state%/*}"
  [ -r "$__drydock_state" ] && . "$__drydock_state"
  __drydock_prompt() {
    local status=$?
    history -a
    { declare -px; printf 'cd %q\n' "$PWD"; } >"$__drydock_state" 2>/dev/null
    printf '\e]133;D;%s\a' "$status"
    return "$status"
  }
  PROMPT_COMMAND=__drydock_prompt
  # A pasted block is shown as any other text.
  bind 'set enable-active-region off' 2>/dev/null
  PS0='\e]133;C\a'
  PS1='\[\e]133;A\a\]'$PS1'\[\e]133;B\a\]'
fi

# What the steps before this one have set, where a shell begins in the middle of a lab.
[ -r ~/.drydock-variables ] && . ~/.drydock-variables

alias k=kubectl
if ls --color=auto / >/dev/null 2>&1; then alias ls='ls --color=auto' grep='grep --color=auto'; fi

[ -r /usr/share/bash-completion/bash_completion ] && . /usr/share/bash-completion/bash_completion

# kubectl's and helm's own completion needs these two, where the package bash-completion is missing.
if ! declare -F _get_comp_words_by_ref >/dev/null; then
  _get_comp_words_by_ref() {
    local name
    for name in "$@"; do
      case $name in
        cur) cur=${COMP_WORDS[COMP_CWORD]} ;;
        prev) prev=${COMP_WORDS[COMP_CWORD - 1]} ;;
        words) words=("${COMP_WORDS[@]}") ;;
        cword) cword=$COMP_CWORD ;;
      esac
    done
  }
  __ltrim_colon_completions() { :; }
fi

# Completion is loaded at the first Tab, so that a shell starts at once.
__drydock_complete() {
  local program=${1##*/}
  [ "$program" = k ] && program=kubectl
  . <("$program" completion bash 2>/dev/null) || return 1
  [ "$program" = kubectl ] && complete -o default -F __start_kubectl k
  return 124
}
complete -F __drydock_complete kubectl k helm
# az is asked itself, as argcomplete asks the real one.
_python_argcomplete() {
  local IFS=$'\v'
  COMPREPLY=($(COMP_LINE="$COMP_LINE" COMP_POINT="$COMP_POINT" _ARGCOMPLETE=1 "$1" 8>&1 9>&2 1>/dev/null 2>/dev/null)) || unset COMPREPLY
}
complete -o nospace -F _python_argcomplete az
[ -r /etc/drydock.completion ] && . /etc/drydock.completion
:
