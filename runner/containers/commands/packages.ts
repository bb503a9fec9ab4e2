// `apk` and `apt-get`: packages whose programs are known come into the container; of others it is said that they are not simulated.
import type { Program } from '../process.ts'
import { fail, type Process } from '../process.ts'

/** The programs of packages, by any of the packages' names. */
const packages: readonly (readonly [names: RegExp, programs: readonly string[]])[] = [
  [/^curl$/, ['curl']],
  [/^wget$/, ['wget']],
  [/^(bind-tools|dnsutils|bind9-dnsutils|bind9-host|knot-utils)$/, ['nslookup', 'dig', 'host']],
  [/^(iputils|iputils-ping|inetutils-ping)$/, ['ping']],
  [/^(netcat|netcat-openbsd|netcat-traditional|ncat|nmap-ncat)$/, ['nc']],
  [/^procps(-ng)?$/, ['ps', 'top', 'free', 'uptime']],
  [/^iproute2$/, ['ip', 'ss']],
  [/^(telnet|inetutils-telnet|busybox-extras)$/, ['telnet']],
  [/^net-tools$/, ['ifconfig', 'route', 'netstat']],
  [/^tcpdump$/, ['tcpdump']],
  [/^lsof$/, ['lsof']],
  [/^nginx$/, ['nginx']],
  [/^(redis|redis-tools)$/, ['redis-cli', 'redis-server']],
  [/^stress(-ng)?$/, ['stress', 'stress-ng']],
  [/^(bash|ca-certificates|coreutils|tzdata|openssl|jq|git)$/, ['bash']],
]

/** The first words of a file that stands for an installed program. */
export const installedMark = '#!drydock '

function wanted(words: readonly string[], verbs: readonly string[]): readonly string[] | undefined {
  const plain = words.filter((word) => !word.startsWith('-'))
  return verbs.includes(plain[0] ?? '') ? plain.slice(1).map((word) => word.replace(/[=<>~].*$/, '')) : undefined
}

/** Puts the programs of a package in place; false for one that is not known. */
function install(name: string, { files }: Process): boolean {
  const found = packages.find(([names]) => names.test(name))
  for (const program of found?.[1] ?? [])
    if (!files.stat(`/usr/bin/${program}`)) files.write(`/usr/bin/${program}`, `${installedMark}${program}\n`, { mode: 0o755 })
  return found !== undefined
}

const apk: Program = (words, process) => {
  if (!/alpine|curl/.test(process.machine.image)) return fail(process, 'sh: apk: not found', 127)
  if (process.machine.user.uid !== 0)
    return fail(process, 'ERROR: Unable to lock database: Permission denied\nERROR: Failed to open apk database: Permission denied', 99)
  const names = wanted(words, ['add'])
  const mirror = 'https://dl-cdn.alpinelinux.org/alpine/v3.22'
  for (const part of ['main', 'community']) process.out(`fetch ${mirror}/${part}/x86_64/APKINDEX.tar.gz\n`)
  for (const [index, name] of (names ?? []).entries()) {
    if (!install(name, process))
      return fail(
        process,
        `drydock: the package ${name} is not simulated\nERROR: unable to select packages:\n  ${name} (no such package):\n    required by: world[${name}]`,
      )
    process.out(`(${index + 1}/${names?.length ?? 0}) Installing ${name}\n`)
  }
  process.out(`OK: ${8 + (names?.length ?? 0)} MiB in ${16 + (names?.length ?? 0)} packages\n`)
  return 0
}

const apt: Program = (words, process) => {
  if (process.machine.user.uid !== 0)
    return fail(
      process,
      'E: Could not open lock file /var/lib/apt/lists/lock - open (13: Permission denied)\nE: Unable to lock directory /var/lib/apt/lists/',
      100,
    )
  if (wanted(words, ['update'])) {
    process.out('Get:1 http://deb.debian.org/debian trixie InRelease [140 kB]\nFetched 140 kB in 1s (140 kB/s)\n')
    process.out('Reading package lists...\n')
    return 0
  }
  const names = wanted(words, ['install'])
  if (!names) return 0
  process.out('Reading package lists...\nBuilding dependency tree...\nReading state information...\n')
  for (const name of names)
    if (!packages.some(([known]) => known.test(name)))
      return fail(process, `drydock: the package ${name} is not simulated\nE: Unable to locate package ${name}`, 100)
  process.out(
    `The following NEW packages will be installed:\n  ${names.join(' ')}\n0 upgraded, ${names.length} newly installed, 0 to remove and 0 not upgraded.\n`,
  )
  for (const name of names) {
    install(name, process)
    process.out(`Selecting previously unselected package ${name}.\nUnpacking ${name} ...\nSetting up ${name} ...\n`)
  }
  return 0
}

/** The programs by name. */
export const packagePrograms: Readonly<Record<string, Program>> = { apk, apt, 'apt-get': apt }
