// The builtin `getopts`: options of the parameters, one at a time.
import type { Builtin } from './core.ts'

/** Puts the next option into a variable, its value into OPTARG; ends with 1 behind the last one. */
export const getopts: Builtin = ([known = '', name = '', ...given], shell, { err }) => {
  const { scope } = shell
  const words = given.length > 0 ? given : scope.parameters
  const told = Math.max(Number(scope.variables.get('OPTIND') ?? 1) || 1, 1)
  // A word of several letters is read letter by letter: OPTIND is past it, which letter is next is kept beside.
  const [keptIndex, keptAt] = scope.optionAt
  const at = keptIndex === told ? keptAt : 1
  const index = at > 1 ? told - 1 : told
  const word = words[index - 1] ?? ''
  const end = (next: number): number => {
    scope.set(name, '?')
    scope.set('OPTIND', String(next))
    scope.optionAt = [0, 1]
    return 1
  }
  if (!/^-./.test(word)) return end(index)
  if (word === '--') return end(index + 1)
  const letter = word[at] ?? ''
  const silent = known.startsWith(':')
  const place = letter === ':' ? -1 : known.indexOf(letter, silent ? 1 : 0)
  const rest = word.slice(at + 1)
  const step = (next: number, letterAt = 1): void => {
    scope.set('OPTIND', String(next))
    scope.optionAt = [next, letterAt]
  }
  const further = (): void => (rest === '' ? step(index + 1) : step(index + 1, at + 1))
  scope.variables.delete('OPTARG')
  if (place < 0) {
    further()
    scope.set(name, '?')
    if (silent) scope.set('OPTARG', letter)
    else err(scope.dialect === 'bash' ? `${scope.name}: illegal option -- ${letter}\n` : `Illegal option -${letter}\n`)
    return 0
  }
  if (known[place + 1] !== ':') {
    further()
    scope.set(name, letter)
    return 0
  }
  const value = rest === '' ? words[index] : rest
  step(rest === '' ? index + 2 : index + 1)
  scope.set(name, value === undefined ? (silent ? ':' : '?') : letter)
  if (value !== undefined) scope.set('OPTARG', value)
  else if (silent) scope.set('OPTARG', letter)
  else err(scope.dialect === 'bash' ? `${scope.name}: option requires an argument -- ${letter}\n` : `No arg for -${letter} option\n`)
  return 0
}
