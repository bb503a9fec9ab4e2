// The names of each shell's builtins, as `type` tells of them.
import type { Dialect } from './dialect.ts'

const everywhere =
  '. : [ alias bg break cd command continue echo eval exec exit export false fg getopts hash jobs kill local printf pwd read readonly return set shift test times trap true type ulimit umask unalias unset wait'

/** Names of builtins. */
export const builtinNames: Readonly<Record<Dialect, ReadonlySet<string>>> = {
  ash: new Set(`${everywhere} [[ chdir help history let source`.split(' ')),
  bash: new Set(
    `${everywhere} bind builtin caller compgen complete compopt declare dirs disown enable fc help history let logout mapfile popd pushd readarray shopt source suspend typeset`.split(
      ' ',
    ),
  ),
  dash: new Set(`${everywhere} chdir`.split(' ')),
}
