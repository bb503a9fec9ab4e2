// Texts that are made of others in rules: `format` and `quote` (cel-go `ext/{strings,formatting}.go`).
import type { Environment } from '@marcbachmann/cel-js'
import { formatText } from './format-text.ts'
import { ownTexts } from './own-texts.ts'

type Handler = (...values: never[]) => unknown

class StringsNamespace {}

/** Gives an environment the functions. */
export function registerTexts(environment: Environment): void {
  environment.registerType('StringsNamespace', StringsNamespace as never)
  environment.registerConstant('strings', 'StringsNamespace', new StringsNamespace() as never)
  const functions: Readonly<Record<string, Handler>> = {
    'string.format(list): string': formatText,
    'StringsNamespace.quote(string): string': (_strings: StringsNamespace, text: string) => JSON.stringify(text),
    'matches(string, string): bool': ownTexts['matches(string, string)'] ?? (() => false),
  }
  for (const [signature, handler] of Object.entries(functions)) environment.registerFunction(signature, handler as never)
}
