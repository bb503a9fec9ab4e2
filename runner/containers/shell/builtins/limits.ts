// Builtins about what a process may: umask, ulimit, times.
import type { Builtin } from '../core.ts'

const bits: Readonly<Record<string, number>> = { r: 4, w: 2, x: 1 }

/** What a symbolic mask leaves to each class: `u=rwx,g=,o=`. */
function maskOf(words: string, before: number): number | undefined {
  let allowed = 0o777 & ~before
  for (const clause of words.split(',')) {
    const [, who = '', sign = '', letters = ''] = /^([ugoa]*)([-+=])([rwx]*)$/.exec(clause) ?? []
    if (sign === '') return undefined
    const value = [...letters].reduce((sum, letter) => sum | (bits[letter] ?? 0), 0)
    for (const [name, shift] of [
      ['u', 6],
      ['g', 3],
      ['o', 0],
    ] as const) {
      if (who !== '' && !who.includes(name) && !who.includes('a')) continue
      if (sign === '=') allowed &= ~(7 << shift)
      allowed = sign === '-' ? allowed & ~(value << shift) : allowed | (value << shift)
    }
  }
  return 0o777 & ~allowed
}

function symbolic(mask: number): string {
  const of = (shift: number): string => Object.entries(bits).reduce((text, [letter, bit]) => ((mask >> shift) & bit ? text : text + letter), '')
  return `u=${of(6)},g=${of(3)},o=${of(0)}`
}

const umask: Builtin = (words, shell, streams) => {
  const { files } = shell.process
  const [word] = words.filter((each) => each !== '-S')
  if (word === undefined) {
    streams.out(`${words.includes('-S') ? symbolic(files.mask) : files.mask.toString(8).padStart(4, '0')}\n`)
    return 0
  }
  const mask = /^[0-7]+$/.test(word) ? Number.parseInt(word, 8) & 0o777 : maskOf(word, files.mask)
  if (mask === undefined) {
    shell.complain(streams, shell.scope.dialect === 'bash' ? `\`${word[0]}': invalid symbolic mode operator` : `Illegal mode: ${word}`, 'umask')
    return shell.scope.dialect === 'bash' ? 1 : 2
  }
  files.mask = mask
  return 0
}

/** Limits by letter: what it is, in which unit, and how much. */
const amounts: readonly (readonly [letter: string, about: string, unit: string, amount: string])[] = [
  ['c', 'core file size', 'blocks', 'unlimited'],
  ['d', 'data seg size', 'kb', 'unlimited'],
  ['f', 'file size', 'blocks', 'unlimited'],
  ['l', 'locked memory', 'kb', '8192'],
  ['m', 'resident set size', 'kb', 'unlimited'],
  ['n', 'nofiles', '', '1048576'],
  ['p', 'processes', '', 'unlimited'],
  ['s', 'stack size', 'kb', '8192'],
  ['t', 'cpu time', 'seconds', 'unlimited'],
  ['u', 'processes', '', 'unlimited'],
  ['v', 'address space', 'kb', 'unlimited'],
]

const ulimit: Builtin = (words, _, { out }) => {
  const letters = words
    .filter((word) => word.startsWith('-'))
    .join('')
    .replace(/[-SH]/g, '')
  const wanted = letters.includes('a') ? amounts : amounts.filter(([letter]) => (letters === '' ? 'f' : letters).includes(letter))
  if (words.some((word) => /^(\d+|unlimited)$/.test(word))) return 0
  for (const [letter, about, unit, amount] of wanted)
    out(letters.includes('a') || wanted.length > 1 ? `${`${about}${unit === '' ? '' : ` (${unit})`}`.padEnd(24)}(-${letter}) ${amount}\n` : `${amount}\n`)
  return 0
}

/** Builtins about limits by name. */
export const limits: Readonly<Record<string, Builtin>> = {
  umask,
  ulimit,
  times: (_, { scope }, { out }) => {
    const row = scope.dialect === 'bash' ? '0m0.001s 0m0.002s\n' : scope.dialect === 'ash' ? '0m0.00s 0m0.00s\n' : '0m0.000000s 0m0.000000s\n'
    out(row + row)
    return 0
  },
}
