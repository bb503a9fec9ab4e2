// What the word that somebody is typing could become: a command's name, or a file's.
import { join, resolve } from '../files.ts'
import { builtinNames } from './builtin-names.ts'
import type { ShellCore } from './core.ts'

/** Whole words that the last one of a line could become, with the sign that follows them. */
export function completions(line: string, shell: ShellCore): readonly string[] {
  const [, before = '', word = ''] = /^(.*?)([^\s;|&<>()='"]*)$/s.exec(line) ?? []
  const first = /(^|[;|&(]|\b(?:do|then|else|exec|sudo|time)\s)\s*$/.test(before)
  const found = first && !word.includes('/') ? commands(word, shell) : files(word, shell)
  const [only] = found
  return found.length === 1 && only !== undefined && !only.endsWith('/') ? [`${only} `] : found
}

function commands(word: string, { scope, process }: ShellCore): readonly string[] {
  const names = new Set<string>([...builtinNames[scope.dialect], ...scope.functions.keys(), ...scope.aliases.keys()])
  for (const folder of (scope.variables.get('PATH') ?? '').split(':'))
    if (process.files.isFolder(folder)) for (const name of process.files.list(folder)) names.add(name)
  return [...names].filter((name) => name.startsWith(word) && /^[\w.-]/.test(name)).sort()
}

function files(word: string, { scope, process }: ShellCore): readonly string[] {
  const [, folder = '', start = ''] = /^(.*\/)?([^/]*)$/.exec(word) ?? []
  const place = resolve(scope.cwd, folder.replace(/^~(?=\/)/, scope.variables.get('HOME') ?? '~') || '.')
  if (!process.files.isFolder(place)) return []
  return process.files
    .list(place)
    .filter((name) => name.startsWith(start) && (start !== '' || !name.startsWith('.')))
    .map((name) => `${folder}${name}${process.files.isFolder(join(place, name)) ? '/' : ''}`)
}
