// The options of a shell: letters and names of `set`.
import type { Dialect } from './dialect.ts'

/** An option by its name. */
export type ShellOption = (typeof names)[number]

const names = [
  'allexport',
  'errexit',
  'errtrace',
  'functrace',
  'hashall',
  'ignoreeof',
  'interactive-comments',
  'monitor',
  'noclobber',
  'noexec',
  'noglob',
  'nolog',
  'notify',
  'nounset',
  'onecmd',
  'physical',
  'pipefail',
  'posix',
  'privileged',
  'verbose',
  'vi',
  'emacs',
  'xtrace',
  'braceexpand',
  'history',
  'histexpand',
  'keyword',
  'debug',
  'interactive',
  'stdin',
] as const

const letters: Readonly<Record<string, ShellOption>> = {
  a: 'allexport',
  b: 'notify',
  e: 'errexit',
  E: 'errtrace',
  f: 'noglob',
  h: 'hashall',
  B: 'braceexpand',
  m: 'monitor',
  n: 'noexec',
  p: 'privileged',
  t: 'onecmd',
  T: 'functrace',
  u: 'nounset',
  v: 'verbose',
  x: 'xtrace',
  C: 'noclobber',
  P: 'physical',
}

/** What `set -o` lists, in its order. */
const listed: Readonly<Record<Dialect, readonly ShellOption[]>> = {
  ash: 'errexit noglob ignoreeof monitor noexec xtrace verbose noclobber allexport notify nounset errtrace vi pipefail'.split(' ') as ShellOption[],
  dash: 'errexit noglob ignoreeof interactive monitor noexec stdin xtrace verbose vi emacs noclobber allexport notify nounset privileged nolog debug'.split(
    ' ',
  ) as ShellOption[],
  bash: 'allexport braceexpand emacs errexit errtrace functrace hashall histexpand history ignoreeof interactive-comments keyword monitor noclobber noexec noglob nolog notify nounset onecmd physical pipefail posix privileged verbose vi xtrace'.split(
    ' ',
  ) as ShellOption[],
}

/** What is on from the beginning. */
export const initialOptions: Readonly<Record<Dialect, readonly ShellOption[]>> = {
  ash: [],
  dash: [],
  bash: ['braceexpand', 'hashall', 'interactive-comments'],
}

/** The option of a letter; undefined for a letter that means none. */
export function optionOfLetter(letter: string): ShellOption | undefined {
  return letters[letter]
}

/** The option of a name as a shell knows it. */
export function optionOfName(name: string, dialect: Dialect): ShellOption | undefined {
  return listed[dialect].find((each) => each === name)
}

/** All options with what they are, as `set -o` prints them; `set +o` prints what sets them so. */
export function listOptions(options: ReadonlySet<ShellOption>, dialect: Dialect, asCommands: boolean): string {
  const head = dialect === 'dash' && !asCommands ? 'Current option settings\n' : ''
  const line = (name: ShellOption): string => {
    const on = options.has(name)
    if (asCommands) return `set ${on ? '-' : '+'}o ${name}\n`
    return dialect === 'bash' ? `${name.padEnd(15)}\t${on ? 'on' : 'off'}\n` : `${name.padEnd(16)}${on ? 'on' : 'off'}\n`
  }
  return head + listed[dialect].map(line).join('')
}

/** The letters of the options that are on, as `$-` has them. */
export function optionLetters(options: ReadonlySet<ShellOption>): string {
  return Object.entries(letters)
    .filter(([, name]) => options.has(name))
    .map(([letter]) => letter)
    .join('')
}
