// Which images there are. A simulated node has every image but those whose name says that there is none.

const missing = /(^|[-_./:])(does-?not-?exist|no-?such-?(image|tag|version)?|non-?exist\w*|not-?found|invalid-?(image|tag))($|[-_./:])|\.invalid\//i

/** True if a registry would not know the image. */
export function isMissing(image: string): boolean {
  return missing.test(image)
}

/** The full reference of an image as containerd names it: registry, path and tag. */
export function fullReference(image: string): string {
  const [first = '', ...rest] = image.split('/')
  const hosted = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  const named = hosted ? image : rest.length > 0 ? `docker.io/${image}` : `docker.io/library/${image}`
  return /[:@][^/]*$/.test(named.slice(named.lastIndexOf('/'))) ? named : `${named}:latest`
}
