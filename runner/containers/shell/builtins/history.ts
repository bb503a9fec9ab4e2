// `history`: the lines that were typed.
import type { Builtin } from '../core.ts'

/** Line by line as it is numbered: bash counts from one, ash from none. */
const history: Builtin = ([word], { scope, interactive }, { out, err }) => {
  const { past, dialect } = scope
  if (dialect === 'bash' && word === '-c') past.length = 0
  else if (dialect === 'bash' && word !== undefined && !/^(\d+|-\w.*)$/.test(word)) {
    err(`${scope.name}: ${interactive ? '' : `line ${scope.line + 1}: `}history: ${word}: numeric argument required\n`)
    return 1
  } else if (word === undefined || dialect === 'ash' || !word.startsWith('-')) {
    const first = dialect === 'bash' && word !== undefined ? Math.max(past.length - Number(word), 0) : 0
    const [width, from] = dialect === 'bash' ? [5, 1] : [4, 0]
    for (const [index, line] of past.entries()) if (index >= first) out(`${String(index + from).padStart(width)}${dialect === 'bash' ? '  ' : ' '}${line}\n`)
  }
  return 0
}

/** The builtin by name. */
export const remembering: Readonly<Record<string, Builtin>> = { history }
