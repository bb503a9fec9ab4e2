// `agnhost test-service-account-issuer-discovery`: checks a token as anyone would who knows nothing but its issuer
// (test/images/agnhost/openidmetadata of Kubernetes 1.35).
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { verify } from '../../../base/p256.ts'
import { at } from '../../../kubernetes/object.ts'
import { decodeText } from '../../bytes.ts'
import { formatDate } from '../../commands/date.ts'
import { readOptions } from '../../commands/options.ts'
import { reasonOf } from '../../commands/transfer.ts'
import type { Process, Program } from '../../process.ts'

const account = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Why a token is not valid, or why that cannot be told. */
class DiscoveryError extends Error {}

export const issuerDiscovery: Program = async (words, process) => {
  const options = readOptions(words, ['token-path', 'audience'])
  const log = (text: string): void => process.err(`${formatDate(process.now(), '%Y/%m/%d %H:%M:%S')} ${text.replace(/\n$/, '')}\n`)
  const path = options.value('token-path') ?? ''
  const token = textAt(path, process)
  if (token === undefined) {
    log(`open ${path}: no such file or directory`)
    return 1
  }
  log('OK: Got token')
  log('validating with in-cluster discovery')
  const attempt = async (bearer: string | undefined): Promise<string | undefined> => {
    try {
      await validate(token, { audience: options.value('audience') ?? '', bearer, process, log })
      return undefined
    } catch (error) {
      if (error instanceof DiscoveryError) return error.message
      throw error
    }
  }
  const inside = await attempt(textAt(`${account}/token`, process))
  if (inside === undefined) return 0
  log(`failed to validate with in-cluster discovery: ${inside}`)
  log('falling back to validating with external discovery')
  const outside = await attempt(undefined)
  if (outside !== undefined) log(outside)
  return outside === undefined ? 0 : 1
}

function textAt(path: string, { files }: Process): string | undefined {
  try {
    return decodeText(files.read(path))
  } catch {
    return undefined
  }
}

interface Validation {
  readonly audience: string
  readonly bearer: string | undefined
  readonly process: Process
  log(text: string): void
}

async function validate(token: string, { audience, bearer, process, log }: Validation): Promise<void> {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const claims = decoded(payload)
  const issuer = String(claims.iss)
  log(`OK: got issuer ${issuer}`)
  log(`Full, not-validated claims: \n${shown(claims)}`)
  const configuration = await get(`${issuer}/.well-known/openid-configuration`, { bearer, process })
  if (at(configuration, 'issuer') !== issuer)
    throw new DiscoveryError(`oidc: issuer did not match the issuer returned by provider, expected "${issuer}" got "${String(at(configuration, 'issuer'))}"`)
  log(`OK: Constructed OIDC provider for issuer ${issuer}`)
  if (!Array.isArray(claims.aud) || !claims.aud.includes(audience))
    throw new DiscoveryError(`oidc: expected audience "${audience}" got ${JSON.stringify(claims.aud)}`)
  if (Number(claims.exp) * 1000 <= process.now()) throw new DiscoveryError('oidc: token is expired')
  const keys = at(await get(String(at(configuration, 'jwks_uri')), { bearer, process }), 'keys')
  const known = (Array.isArray(keys) ? keys.filter(isObject) : []).find(({ kid }) => kid === decoded(header).kid)
  if (!known || !verify(pointOf(known), new TextEncoder().encode(`${header}.${payload}`), bytesOf(signature)))
    throw new DiscoveryError('failed to verify signature: failed to verify id token signature')
  log('OK: Validated signature on JWT')
  log('OK: Got valid claims from token!')
  log(`Full, validated claims: \n&${shown(claims)}`)
}

/** The uncompressed point of a key on P-256. */
function pointOf({ x, y }: JsonObject): Uint8Array {
  return Uint8Array.from([4, ...bytesOf(String(x)), ...bytesOf(String(y))])
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
}

function decoded(part: string): JsonObject {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytesOf(part)))
    if (isObject(value)) return value
  } catch {
    // It is told below.
  }
  throw new DiscoveryError('square/go-jose: compact JWS format must have three parts')
}

/** What the program prints of the claims that it knows, as Go prints them. */
function shown(claims: JsonObject): string {
  const text = (...path: readonly string[]): string => JSON.stringify(String(at(claims, ...path) ?? ''))
  const audience = Array.isArray(claims.aud) ? claims.aud.map((each) => JSON.stringify(each)).join(', ') : ''
  const names = `Namespace:${text('kubernetes.io', 'namespace')}, ServiceAccount:openidmetadata.kubeName{Name:${text('kubernetes.io', 'serviceaccount', 'name')}, UID:${text('kubernetes.io', 'serviceaccount', 'uid')}}`
  return `openidmetadata.claims{Claims:jwt.Claims{Issuer:${text('iss')}, Subject:${text('sub')}, Audience:jwt.Audience{${audience}}, Expiry:${String(claims.exp)}, NotBefore:${String(claims.nbf)}, IssuedAt:${String(claims.iat)}, ID:${text('jti')}}, Kubernetes:openidmetadata.kubeClaims{${names}}}`
}

async function get(url: string, { bearer, process }: { readonly bearer: string | undefined; readonly process: Process }): Promise<Json> {
  const { hostname, port, pathname } = new URL(url)
  const { net } = process.machine
  const address = net.resolve(hostname)?.addresses[0]
  if (address === undefined) throw new DiscoveryError(`Get "${url}": dial tcp: lookup ${hostname} on ${net.nameserver}:53: no such host`)
  const connection = await net.connect(address, Number(port || 443))
  const listener = typeof connection === 'string' ? undefined : connection.listener
  const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }
  const answer = listener && 'http' in listener ? await listener.http({ method: 'GET', path: pathname, headers, body: '', from: net.address }) : undefined
  if (!answer) throw new DiscoveryError(`Get "${url}": dial tcp ${address}:${port || 443}: connect: connection refused`)
  const body = decodeText(answer.body)
  if (answer.status !== 200) throw new DiscoveryError(`${answer.status} ${reasonOf(answer)}: ${body}`)
  return JSON.parse(body) as Json
}
