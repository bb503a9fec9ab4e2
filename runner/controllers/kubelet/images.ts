// Which images there are. A simulated node has every image but those whose name says that there is none, and those that a well-known registry is known to lack.
import { lacks } from './hub.ts'

const missing = /(^|[-_./:])(does-?not-?exist|no-?such-?(image|tag|version)?|non-?exist\w*|not-?found|invalid-?(image|tag))($|[-_./:])|\.invalid\//i

/** Hosts of names that nobody owns: those of examples (RFC 2606). */
const unowned = /^(([^/:]+\.)?(example\.(com|net|org)|example|invalid)|invalid\.[^/:]+)(:\d+)?\//

/** True if a registry would not know the image, or if there is no such registry. */
export function isMissing(image: string): boolean {
  return missing.test(image) || unowned.test(image) || lacks(image) !== undefined
}

/** Why an image cannot be pulled, as containerd tells the kubelet, which leaves out codes that say nothing: Docker Hub tells nobody that a repository is not there. */
export function pullFault(image: string): string {
  const reference = fullReference(image)
  const pull = `failed to pull and unpack image "${reference}": failed to resolve reference "${reference}"`
  if (unowned.test(image)) return `${pull}: ${lookupFault(reference)}`
  return lacks(image) === 'repository'
    ? `${pull}: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`
    : `rpc error: code = NotFound desc = ${pull}: ${reference}: not found`
}

/** What a node says of a registry whose host has no address. */
function lookupFault(reference: string): string {
  const [, host = '', path = '', tag = ''] = /^([^/]+)\/(.*?)[:@]([^/]*)$/.exec(reference) ?? []
  return `failed to do request: Head "https://${host}/v2/${path}/manifests/${tag}": dial tcp: lookup ${host.replace(/:\d+$/, '')} on 127.0.0.53:53: no such host`
}

/** The full reference of an image as containerd names it: registry, path and tag. */
export function fullReference(image: string): string {
  const [first = '', ...rest] = image.split('/')
  const hosted = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  const named = hosted ? image : rest.length > 0 ? `docker.io/${image}` : `docker.io/library/${image}`
  return /[:@][^/]*$/.test(named.slice(named.lastIndexOf('/'))) ? named : `${named}:latest`
}
