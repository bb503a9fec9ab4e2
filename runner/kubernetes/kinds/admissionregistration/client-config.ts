// Where a webhook is called: by URL or by Service.
import type { Json, JsonObject } from '../../../base/json.ts'
import { child, type Findings, invalid, required } from '../validation/findings.ts'
import { isDns1123Subdomain, isPortNumber } from '../validation/names.ts'
import { fields, number, present, text } from '../validation/read.ts'

const form = '; desired format: https://host[/path]'

/** Findings on a client config. */
export function* validateClientConfig(config: Json | undefined, path: string): Findings {
  const { url, service } = fields(config)
  if (present(url) === present(service)) return yield required(path, 'exactly one of url or service is required')
  if (present(url)) yield* validateUrl(text(url), child(path, 'url'))
  else yield* validateService(fields(service), child(path, 'service'))
}

function* validateUrl(url: string, field: string): Findings {
  const [, scheme = '', user, host = '', , query, fragment] =
    /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/([^/?#@]*@)?([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?$/i.exec(url) ?? []
  if (scheme !== 'https') yield invalid(field, scheme, `'https' is the only allowed URL scheme${form}`)
  if (host === '') yield invalid(field, host, `host must be specified${form}`)
  if (user !== undefined) yield invalid(field, user.slice(0, -1), 'user information is not permitted in the URL')
  if (fragment !== undefined) yield invalid(field, fragment.slice(1), 'fragments are not permitted in the URL')
  if (query !== undefined) yield invalid(field, query.slice(1), 'query parameters are not permitted in the URL')
}

function* validateService(service: JsonObject, path: string): Findings {
  for (const name of ['name', 'namespace']) if (text(service[name]) === '') yield required(child(path, name))
  if (isPortNumber(number(service.port)).length > 0)
    yield invalid(child(path, 'port'), number(service.port), 'port is not valid: must be between 1 and 65535, inclusive')
  const value = service.path
  if (!present(value) || value === '' || value === '/') return
  if (!text(value).startsWith('/')) yield invalid(child(path, 'path'), value, "must start with a '/'")
  yield* validateSegments(text(value), child(path, 'path'))
}

/** What follows the first letter, which is taken for a slash. */
function* validateSegments(value: string, path: string): Findings {
  const segments = value === '//' ? [''] : value.slice(1).replace(/\/$/, '').split('/')
  for (const [index, segment] of segments.entries()) {
    if (segment === '') yield invalid(path, value, `segment[${index}] may not be empty`)
    else for (const problem of isDns1123Subdomain(segment)) yield invalid(path, value, `segment[${index}]: ${problem}`)
  }
}
