// Which images there are. A simulated node has every image but those whose name says that there is none.

const missing = /(^|[-_./:])(does-?not-?exist|no-?such-?(image|tag|version)?|non-?exist\w*|not-?found|invalid-?(image|tag))($|[-_./:])|\.invalid\//i

/** Hosts of names that nobody owns: those of examples (RFC 2606). */
const unowned = /^([^/:]+\.)?(example\.(com|net|org)|example|invalid)(:\d+)?\//

/** True if a registry would not know the image, or if there is no such registry. */
export function isMissing(image: string): boolean {
  return missing.test(image) || unowned.test(image)
}

/** Why an image cannot be pulled, as containerd tells the kubelet. */
export function pullFault(image: string): string {
  const reference = fullReference(image)
  const failed = `desc = failed to pull and unpack image "${reference}": failed to resolve reference "${reference}"`
  if (!unowned.test(image)) return `rpc error: code = NotFound ${failed}: ${reference}: not found`
  const [, host = '', path = '', tag = ''] = /^([^/]+)\/(.*?)[:@]([^/]*)$/.exec(reference) ?? []
  const name = host.replace(/:\d+$/, '')
  return `rpc error: code = Unknown ${failed}: failed to do request: Head "https://${host}/v2/${path}/manifests/${tag}": dial tcp: lookup ${name} on 127.0.0.53:53: no such host`
}

/** The full reference of an image as containerd names it: registry, path and tag. */
export function fullReference(image: string): string {
  const [first = '', ...rest] = image.split('/')
  const hosted = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  const named = hosted ? image : rest.length > 0 ? `docker.io/${image}` : `docker.io/library/${image}`
  return /[:@][^/]*$/.test(named.slice(named.lastIndexOf('/'))) ? named : `${named}:latest`
}
