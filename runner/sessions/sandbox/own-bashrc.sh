# A user's own shell on a page, for labs on clusters that exist: as it always is, and the page is told where prompts and commands begin.
[ -r ~/.bashrc ] && . ~/.bashrc
export KUBECONFIG=$DRYDOCK_KUBECONFIG
__drydock_prompt() {
  local status=$?
  printf '\e]133;D;%s\a' "$status"
  return "$status"
}
PROMPT_COMMAND=(__drydock_prompt "${PROMPT_COMMAND[@]}")
bind 'set enable-active-region off' 2>/dev/null
PS0='\e]133;C\a'
PS1='\[\e]133;A\a\]'${PS1:-'\u:\w\$ '}'\[\e]133;B\a\]'
