// Words for volumes in cells.
import type { Json } from '../../../base/json.ts'
import { text, texts } from '../validation/read.ts'

const modes: Readonly<Record<string, string>> = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' }

/** `RWO,ROX`, in the server's order. */
export function accessModesText(value: Json | undefined): string {
  const given = new Set(texts(value))
  return Object.entries(modes)
    .filter(([mode]) => given.has(mode))
    .map(([, short]) => short)
    .join(',')
}

/** The text, or `<unset>`. */
export function unset(value: Json | undefined): string {
  return text(value) || '<unset>'
}
