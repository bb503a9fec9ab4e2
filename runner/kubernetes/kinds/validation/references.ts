// Small rules shared by many kinds: names of other objects, ports by number or name, paths in volumes, modes of files.
import type { Json } from '../../../base/json.ts'
import { type Findings, invalid, invalidAll, nothingWrong, required } from './findings.ts'
import { isDns1123Subdomain, isPortName, isPortNumber, type Syntax } from './names.ts'
import { present, text } from './read.ts'

/** A name that must be there and well formed. */
export function requiredName(field: string, value: Json | undefined, syntax: Syntax = isDns1123Subdomain): Findings {
  return text(value) === '' ? [required(field)] : invalidAll(field, text(value), syntax(text(value)))
}

/** A name that may be missing but not malformed. */
export function optionalName(field: string, value: Json | undefined, syntax: Syntax = isDns1123Subdomain): Findings {
  return text(value) === '' ? nothingWrong : invalidAll(field, text(value), syntax(text(value)))
}

/** A text that must not be empty. */
export function requiredText(field: string, value: Json | undefined): Findings {
  return text(value) === '' ? [required(field)] : nothingWrong
}

/** A port by number or by name. */
export function* portNumberOrName(field: string, value: Json | undefined): Findings {
  if (typeof value === 'string') yield* invalidAll(field, value, isPortName(value))
  else yield* invalidAll(field, value ?? 0, isPortNumber(Number(value ?? 0)))
}

/** A relative path that does not climb. */
export function* descendingPath(field: string, value: string): Findings {
  if (value.startsWith('/')) yield invalid(field, value, 'must be a relative path')
  yield* pathWithoutBacksteps(field, value)
}

/** A path without `..` in it. */
export function* pathWithoutBacksteps(field: string, value: string): Findings {
  if (value.split('/').includes('..')) yield invalid(field, value, "must not contain '..'")
}

/** A relative path that does not climb and does not look like the volume's own links. */
export function* localPath(field: string, value: string): Findings {
  yield* descendingPath(field, value)
  if (value.startsWith('..') && !value.startsWith('../')) yield invalid(field, value, "must not start with '..'")
}

/** A file mode between 0 and 0777. */
export function* fileMode(field: string, value: Json | undefined): Findings {
  if (present(value) && (Number(value) < 0 || Number(value) > 0o777)) yield invalid(field, value, 'must be a number between 0 and 0777 (octal), both inclusive')
}

/** `acme.io/foo`: a domain and a path in it. */
export function* domainPrefixedPath(field: string, value: string): Findings {
  const slash = value.indexOf('/')
  const [host, path] = [value.slice(0, slash), value.slice(slash + 1)]
  if (value === '') return yield required(field)
  if (slash < 1 || path === '') return yield invalid(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")')
  yield* invalidAll(field, host, isDns1123Subdomain(host))
  if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(path))
    yield invalid(field, path, "Invalid path (e.g. 'acme.io/foo', regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')")
}
