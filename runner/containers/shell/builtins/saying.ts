// The builtins `echo` and `printf`.
import { printForm } from '../../commands/printf.ts'
import { echo, unescaped } from '../../commands/say.ts'
import { child } from '../../process.ts'
import type { Builtin } from '../core.ts'

/** dash knows no option but `-n`, and heeds backslashes always. */
const echoOfDash: Builtin = (words, _, { out }) => {
  const bare = words[0] === '-n'
  const { text, ended } = unescaped((bare ? words.slice(1) : words).join(' '), false)
  out(`${text}${bare || ended ? '' : '\n'}`)
  return 0
}

/** Builtins that print, by name. */
export const saying: Readonly<Record<string, Builtin>> = {
  echo: (words, shell, streams) =>
    shell.scope.dialect === 'dash' ? echoOfDash(words, shell, streams) : echo(words, child(shell.process, { out: streams.out, err: streams.err })),
  printf: (words, shell, streams) => {
    const { scope, process } = shell
    const into = scope.dialect === 'bash' && words[0] === '-v' ? words[1] : undefined
    let text = ''
    const keep = (bytes: string): void => {
      text += bytes
    }
    const err = (line: string): void => {
      if (scope.dialect === 'bash' && line.startsWith('printf: usage')) streams.err(line)
      else shell.complain(streams, line.replace(/^printf: |\n$/g, ''), scope.dialect === 'ash' ? undefined : 'printf')
    }
    const code = printForm(into === undefined ? words : words.slice(2), child(process, { out: keep, err }), scope.dialect === 'bash')
    if (into === undefined) streams.out(text)
    else scope.set(into, text)
    return code
  },
}
