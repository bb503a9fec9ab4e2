// Builtins about what a name means: type, command, alias, hash.
import { nameOf } from '../../files.ts'
import { builtinNames } from '../builtin-names.ts'
import type { Builtin, ShellCore } from '../core.ts'
import type { Dialect } from '../dialect.ts'
import { locate } from '../locate.ts'
import { singleQuoted } from '../quote.ts'
import { reserved } from '../reader.ts'
import type { Streams } from '../redirect.ts'

type Kind = 'alias' | 'keyword' | 'function' | 'builtin' | 'file'

/** What a name means, and the alias's text or the program's path. */
function meaning(name: string, shell: ShellCore): { readonly kind: Kind; readonly text: string } | undefined {
  const { scope } = shell
  const alias = scope.dialect === 'bash' && !shell.interactive && !scope.ways.has('expand_aliases') ? undefined : scope.aliases.get(name)
  if (alias !== undefined) return { kind: 'alias', text: alias }
  if ((reserved.has(name) && name !== 'in') || (scope.dialect === 'bash' && /^(\[\[|\]\]|time|function|select|in)$/.test(name)))
    return { kind: 'keyword', text: name }
  if (scope.functions.has(name)) return { kind: 'function', text: name }
  if (builtinNames[scope.dialect].has(name)) return { kind: 'builtin', text: name }
  const found = locate(name, shell)
  return found && found.refusal === undefined ? { kind: 'file', text: found.path } : undefined
}

const special: ReadonlySet<string> = new Set('. : break continue eval exec exit export readonly return set shift times trap unset'.split(' '))

function sentence(name: string, { kind, text }: { readonly kind: Kind; readonly text: string }, dialect: Dialect): string {
  const bash = dialect === 'bash'
  if (kind === 'alias') return bash ? `${name} is aliased to \`${text}'` : `${name} is an alias for ${text}`
  if (kind === 'keyword') return `${name} is a shell keyword`
  if (kind === 'builtin') return `${name} is a ${special.has(name) && !bash ? 'special ' : ''}shell builtin`
  return kind === 'function' ? `${name} is a ${dialect === 'dash' ? 'shell ' : ''}function` : `${name} is ${text}`
}

const type: Builtin = (words, shell, streams) => {
  const bash = shell.scope.dialect === 'bash'
  const options = bash ? words.filter((word) => /^-[atpPf]+$/.test(word)).join('') : ''
  return describe(bash ? words.filter((word) => !/^-[atpPf]+$/.test(word)) : words, shell, { streams, options, command: 'type' })
}

function describe(
  names: readonly string[],
  shell: ShellCore,
  { streams, options, command }: { readonly streams: Streams; readonly options: string; readonly command: string },
): number {
  const bash = shell.scope.dialect === 'bash'
  let code = 0
  for (const name of names) {
    const found = meaning(name, shell)
    if (!found) {
      code = bash ? 1 : 127
      if (bash && !/[tpP]/.test(options)) shell.complain(streams, `${name}: not found`, command)
      else if (!bash) streams.out(`${name}: not found\n`)
    } else if (options.includes('t')) streams.out(`${found.kind}\n`)
    else if (/[pP]/.test(options)) streams.out(found.kind === 'file' ? `${found.text}\n` : '')
    else streams.out(`${sentence(name, found, shell.scope.dialect)}\n`)
  }
  return code
}

/** `command -v`: what would have to be typed for the same. */
function short(names: readonly string[], shell: ShellCore, { out }: Streams): number {
  let code = 0
  for (const name of names) {
    const found = meaning(name, shell)
    if (!found) code = shell.scope.dialect === 'bash' ? 1 : 127
    else out(`${found.kind === 'alias' ? `alias ${name}=${singleQuoted(found.text)}` : found.text}\n`)
  }
  return code
}

const command: Builtin = (words, shell, streams) => {
  const rest = words.filter((word, index) => index > 0 || !/^(-p|--)$/.test(word))
  const [first, ...names] = rest
  if (first === '-v') return short(names, shell, streams)
  if (first === '-V') return describe(names, shell, { streams, options: '', command: 'command' })
  return rest.length === 0 ? 0 : shell.call(rest, streams, { plain: true })
}

const alias: Builtin = (words, shell, streams) => {
  const { scope } = shell
  const show = (name: string): void => streams.out(`${scope.dialect === 'bash' ? 'alias ' : ''}${name}=${singleQuoted(scope.aliases.get(name) ?? '')}\n`)
  if (words.length === 0 || words[0] === '-p') for (const name of [...scope.aliases.keys()].sort()) show(name)
  let code = 0
  for (const word of words.filter((each) => each !== '-p')) {
    const at = word.indexOf('=')
    if (at > 0) scope.aliases.set(word.slice(0, at), word.slice(at + 1))
    else if (scope.aliases.has(word)) show(word)
    else {
      code = 1
      if (scope.dialect === 'bash') shell.complain(streams, `${word}: not found`, 'alias')
      else streams.err(`alias: ${word} not found\n`)
    }
  }
  return code
}

const unalias: Builtin = (words, shell, streams) => {
  const { scope } = shell
  if (words[0] === '-a') scope.aliases.clear()
  let code = 0
  for (const word of words.filter((each) => each !== '-a')) {
    if (scope.aliases.delete(word)) continue
    code = 1
    if (scope.dialect === 'bash') shell.complain(streams, `${word}: not found`, 'unalias')
    else streams.err(`unalias: ${word} not found\n`)
  }
  return code
}

const hash: Builtin = (words, shell, streams) => {
  let code = 0
  for (const word of words.filter((each) => !each.startsWith('-'))) {
    if (meaning(nameOf(word), shell)) continue
    shell.complain(streams, `${word}: not found`, 'hash')
    code = 1
  }
  if (words.length === 0 && shell.scope.dialect === 'bash') streams.out('hash: hash table empty\n')
  return code
}

/** Builtins about names by name. */
export const naming: Readonly<Record<string, Builtin>> = {
  type,
  command,
  alias,
  unalias,
  hash,
  builtin: (words, shell, streams) => shell.call(words, streams, { plain: true }),
}
