// `@file` in place of a value: the file's text is the value.
import type { AzContext } from './context.ts'
import { absolutePath } from './paths.ts'

/** Replaces `@file`, `--name=@file` and `@-` by what they name; what cannot be read stays as it is. */
export async function expandFiles(words: readonly string[], context: AzContext): Promise<readonly string[]> {
  return Promise.all(words.map((word) => expand(word, context)))
}

async function expand(word: string, context: AzContext): Promise<string> {
  const equals = word.indexOf('=')
  const [prefix, value] = equals < 0 ? ['', word] : [word.slice(0, equals + 1), word.slice(equals + 1)]
  if (!value.startsWith('@') || value.length === 1) return word
  const text = value === '@-' ? await context.stdin() : await context.files.read(absolutePath(context, value.slice(1)))
  return text === undefined ? word : prefix + text.replace(/^\ufeff/, '').replace(/\n+$/, '')
}
