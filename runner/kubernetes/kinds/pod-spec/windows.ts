// Validation of what Windows is told of its containers (`validateWindowsSecurityContextOptions` of `pkg/apis/core/validation`).
import type { Json } from '../../../base/json.ts'
import { child, type Findings, invalid, invalidAll } from '../validation/findings.ts'
import { isDns1123Subdomain } from '../validation/names.ts'
import { fields, present, text } from '../validation/read.ts'

const longestSpec = 64 * 1024
const longestDomain = 256
const longestUser = 104
const netBios = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/
const dnsDomain = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/

/** Findings on `windowsOptions`. */
export function* validateWindowsOptions(options: Json | undefined, path: string): Findings {
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName: user } = fields(options)
  if (present(name)) yield* invalidAll(child(path, 'gmsaCredentialSpecName'), text(name), isDns1123Subdomain(text(name)))
  const field = child(path, 'gmsaCredentialSpec')
  if (spec === '') yield invalid(field, spec, 'gmsaCredentialSpec cannot be an empty string')
  else if (text(spec).length > longestSpec) yield invalid(field, spec, `gmsaCredentialSpec size must be under ${longestSpec / 1024} KiB`)
  if (present(user)) for (const problem of userProblems(text(user))) yield invalid(child(path, 'runAsUserName'), user, problem)
}

function* userProblems(name: string): Generator<string, void> {
  const parts = name.split('\\')
  if (name === '') return yield 'runAsUserName cannot be an empty string'
  if (/\p{Cc}/u.test(name)) return yield 'runAsUserName cannot contain control characters'
  if (parts.length > 2) return yield 'runAsUserName cannot contain more than one backslash'
  const [user = '', domain] = parts.toReversed()
  if (domain !== undefined) yield* domainProblems(domain)
  if (user === '') yield "runAsUserName's User cannot be empty"
  else if (user.length > longestUser) yield `runAsUserName's User length must not be longer than ${longestUser} characters`
  if (/^[. ]+$/.test(user)) yield "runAsUserName's User cannot contain only periods or spaces"
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) yield `runAsUserName's User cannot contain the following characters: "/\\:;|=,+*?<>@[]`
}

function* domainProblems(domain: string): Generator<string, void> {
  if (domain.length >= longestDomain) yield `runAsUserName's Domain length must be under ${longestDomain} characters`
  if (!netBios.test(domain) && !dnsDomain.test(domain)) yield "runAsUserName's Domain doesn't match the NetBios nor the DNS format"
}
