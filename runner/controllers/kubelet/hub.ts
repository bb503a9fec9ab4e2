// What Docker Hub has of the images that people name most, as far as names can tell: which versions, and which names are nearly theirs.

/** Versions that there are of a repository: the first and the last of each number that a tag may begin with, and other words of its tags. */
interface Repository {
  readonly from: readonly number[]
  readonly to: readonly number[]
}

const repositories: Readonly<Record<string, Repository>> = {
  alpine: { from: [2, 6], to: [3, 99] },
  busybox: { from: [1, 21], to: [1, 38] },
  debian: { from: [6], to: [14] },
  httpd: { from: [2, 2], to: [2, 4] },
  mariadb: { from: [5, 5], to: [13] },
  memcached: { from: [1, 4], to: [1, 6] },
  mongo: { from: [2], to: [9] },
  mysql: { from: [5], to: [10] },
  nginx: { from: [1, 7], to: [1, 39] },
  node: { from: [0], to: [30] },
  perl: { from: [5], to: [5, 50] },
  postgres: { from: [8], to: [20] },
  python: { from: [2], to: [3, 20] },
  rabbitmq: { from: [3], to: [5] },
  redis: { from: [2], to: [9] },
  ubuntu: { from: [10], to: [28] },
  wordpress: { from: [3], to: [8] },
}

/** Words of which tags are made beside versions: channels and variants, code names of Debian, Ubuntu and Node, and marks of builds. */
const words = new RegExp(
  `^(${[
    'latest stable unstable mainline edge current lts rolling devel testing oldstable oldoldstable experimental backports',
    'slim alpine[\\d.]* perl otel uclibc musl glibc ubi\\d* oracle oraclelinux\\d* debian management threaded apache fpm cli beta\\d* alpha\\d* rc\\d*',
    'wheezy jessie stretch buster bullseye bookworm trixie forky sid',
    'trusty xenial bionic cosmic disco eoan focal groovy hirsute impish jammy kinetic lunar mantic noble oracular plucky questing resolute',
    'argon boron carbon dubnium erbium fermium gallium hydrogen iron jod krypton',
    'php[\\d.]* python\\d? windowsservercore nanoserver ltsc\\d+ m\\d+ r\\d+ ls\\d+ \\d{8}',
  ]
    .join(' ')
    .replaceAll(' ', '|')})$`,
)

/** What a registry lacks of an image: its tag, or all of it; undefined if it has the image as far as anybody knows. */
export function lacks(image: string): 'tag' | 'repository' | undefined {
  const [name = '', tag] = image
    .replace(/^(docker\.io|index\.docker\.io)\//, '')
    .replace(/^library\//, '')
    .split(':')
  if (name.includes('/') || image.includes('@')) return undefined
  const repository = Object.hasOwn(repositories, name) ? repositories[name] : undefined
  if (repository) return tag === undefined || isTagOf(tag, repository) ? undefined : 'tag'
  return Object.keys(repositories).some((known) => isSlipOf(name, known)) ? 'repository' : undefined
}

function isTagOf(tag: string, { from, to }: Repository): boolean {
  const [first = '', ...rest] = tag.split('-')
  if (!/^\d/.test(first)) return [first, ...rest].every((word) => words.test(word) || /^\d[\d.]*$/.test(word))
  const numbers = first.split('.').map(Number)
  return numbers.every((number) => !Number.isNaN(number))
    ? compare(numbers, from) >= 0 && compare(numbers, to) <= 0
    : /^\d+(\.\d+)*(rc|alpha|beta|[a-z])\d*$/.test(first)
}

/** How two versions stand, as far as both of them go. */
function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((number, index) => other[index] !== undefined && number !== other[index])
  return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0)
}

/** True for a known name with a number behind it, or with one letter too many, too few, wrong, or in its neighbour's place. */
function isSlipOf(name: string, known: string): boolean {
  if (known.length < 5 || name === known) return false
  if (new RegExp(`^${known}\\d+$`).test(name)) return true
  if (Math.abs(name.length - known.length) > 1) return false
  const same = [...known].findIndex((letter, index) => letter !== name[index])
  const at = same < 0 ? known.length : same
  const [mine, theirs] = [name.slice(at), known.slice(at)]
  const turned = theirs.length > 1 && `${theirs[1]}${theirs[0]}${theirs.slice(2)}` === mine
  return turned || mine.slice(1) === theirs || mine === theirs.slice(1) || mine.slice(1) === theirs.slice(1)
}
