// Names around devices, and lists and maps of limited length (`pkg/apis/resource/validation/validation.go`).
import type { Json } from '../../../base/json.ts'
import { validateDriverName } from '../pod-spec/volumes.ts'
import { duplicate, type Findings, invalid, invalidAll, item, required, tooLong, tooMany } from '../validation/findings.ts'
import { isDns1123Label, isDns1123Subdomain } from '../validation/names.ts'
import { list, objects, text } from '../validation/read.ts'

/** A rule on one part of a list or map. */
export type PartRule<part> = (part: part, path: string) => Findings

const identifier = '[A-Za-z_][A-Za-z0-9_]*'
const identifierProblem =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' " +
  `(e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '${identifier}')`
const longestIdentifier = 32
/** Longest key of an attribute: a domain, a slash and an identifier. */
const longestKey = 63 + 1 + longestIdentifier

/** Findings on the objects of a list, which must not be longer than `limit` (`validateSlice`), nor have a key twice (`validateSet`). */
export function* validateList(
  value: Json | undefined,
  limit: number,
  path: string,
  rule: PartRule<ReturnType<typeof objects>[number]>,
  key?: string,
): Findings {
  const parts = objects(value)
  yield* validateParts(parts, limit, path, rule)
  if (key !== undefined && parts.length <= limit)
    yield* duplicates(
      parts.map((part) => text(part[key])),
      path,
    )
}

/** Findings on the texts of a list that is a set (`validateSet`). */
export function* validateTexts(value: Json | undefined, limit: number, path: string, rule: PartRule<string>): Findings {
  const parts = list(value).map(text)
  yield* validateParts(parts, limit, path, rule)
  if (parts.length <= limit) yield* duplicates(parts, path)
}

function* validateParts<part>(parts: readonly part[], limit: number, path: string, rule: PartRule<part>): Findings {
  if (parts.length > limit) return yield tooMany(path, parts.length, limit)
  for (const [index, part] of parts.entries()) yield* rule(part, item(path, index))
}

function* duplicates(keys: readonly string[], path: string): Findings {
  for (const [index, key] of keys.entries()) if (keys.indexOf(key) < index) yield duplicate(item(path, index), key)
}

/** A DNS label, as names of devices and requests are; an empty one is malformed. */
export function* validateLabel(value: Json | undefined, path: string): Findings {
  yield* invalidAll(path, text(value), isDns1123Label(text(value)))
}

/** Findings on the name of a pool: subdomains between slashes (`validatePoolName`). */
export function* validatePoolName(value: Json | undefined, path: string): Findings {
  const name = text(value)
  if (name === '') return yield required(path)
  if (name.length > 253) yield tooLong(path, 253)
  for (const part of name.split('/')) yield* invalidAll(path, part, isDns1123Subdomain(part))
}

/** Findings on the key of an attribute or a capacity: an identifier, with a domain or without (`validateQualifiedName`). */
export function* validateQualifiedName(name: string, path: string): Findings {
  const parts = name.split('/')
  const [first = '', second = ''] = parts
  if (parts.length === 1) yield* validateIdentifier(first, path)
  if (parts.length !== 2) return
  if (first === '') yield invalid(path, '', 'the domain must not be empty')
  else yield* validateDriverName(first, path)
  if (second === '') yield invalid(path, '', 'the name must not be empty')
  else yield* validateIdentifier(second, path)
}

/** The same where there must be a domain (`validateFullyQualifiedName`). */
export function* validateFullyQualifiedName(name: string, path: string): Findings {
  yield* validateQualifiedName(name, path)
  if (!name.includes('/')) yield invalid(path, name, 'a fully qualified name must be a domain and a name separated by a slash')
}

/** A key as it stands in a path: what is too long is cut in its middle (`truncateIfTooLong`). */
export function keyInPath(key: string): string {
  if (key.length <= longestKey) return key
  const left = longestKey - '...'.length
  return `${key.slice(0, Math.ceil(left / 2))}...${key.slice(key.length - Math.floor(left / 2))}`
}

function* validateIdentifier(id: string, path: string): Findings {
  if (id.length > longestIdentifier) yield tooLong(path, longestIdentifier)
  if (!new RegExp(`^${identifier}$`).test(id)) yield invalid(path, id, identifierProblem)
}
