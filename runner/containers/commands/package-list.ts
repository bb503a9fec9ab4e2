// Packages whose programs are known, and which of them a container has.
import type { Process } from '../process.ts'

/** A package: its version, its programs, and what comes with it. */
interface Package {
  readonly names: RegExp
  readonly programs: readonly string[]
  readonly version: string
  readonly with: readonly string[]
}

const known = (names: RegExp, programs: readonly string[], version: string, ...more: readonly string[]): Package => ({ names, programs, version, with: more })

/** Packages by any of their names. */
const packages: readonly Package[] = [
  known(/^curl$/, ['curl'], '8.14.1', 'ca-certificates', 'libcurl'),
  known(/^wget$/, ['wget'], '1.25.0'),
  known(/^(bind-tools|dnsutils|bind9-dnsutils|bind9-host|knot-utils)$/, ['nslookup', 'dig', 'host'], '9.20.11', 'bind-libs'),
  known(/^(iputils|iputils-ping|inetutils-ping)$/, ['ping'], '20240905'),
  known(/^(traceroute|iputils-tracepath|mtr|mtr-tiny)$/, ['traceroute'], '2.1.6'),
  known(/^(netcat|netcat-openbsd|netcat-traditional|ncat|nmap-ncat)$/, ['nc', 'netcat'], '1.229'),
  known(/^procps(-ng)?$/, ['ps', 'top', 'free', 'uptime', 'watch', 'pgrep', 'pkill', 'pidof'], '4.0.4'),
  known(/^psmisc$/, ['killall'], '23.7'),
  known(/^iproute2$/, ['ip', 'ss'], '6.15.0'),
  known(/^(telnet|inetutils-telnet|busybox-extras)$/, ['telnet'], '2.6'),
  known(/^net-tools$/, ['ifconfig', 'route', 'netstat', 'arp'], '2.10'),
  known(/^tcpdump$/, ['tcpdump'], '4.99.5', 'libpcap'),
  known(/^lsof$/, ['lsof'], '4.99.4'),
  known(/^nginx$/, ['nginx'], '1.28.0'),
  known(/^(redis|redis-tools|redis-server|valkey)$/, ['redis-cli', 'redis-server'], '8.0.3'),
  known(/^(mysql-client|mariadb-client|default-mysql-client)$/, ['mysql', 'mysqladmin', 'mysqldump', 'mariadb'], '11.4.8'),
  known(/^stress(-ng)?$/, ['stress', 'stress-ng'], '0.19.02'),
  known(/^bash$/, ['bash'], '5.2.37', 'ncurses-terminfo-base', 'libncursesw', 'readline'),
  known(/^jq$/, ['jq'], '1.8.1', 'oniguruma'),
  known(/^(less|more)$/, ['less'], '679'),
  known(/^(xxd|vim-common)$/, ['xxd'], '9.1'),
  known(/^(bsdextrautils|bsdmainutils|util-linux-misc)$/, ['hexdump', 'hd'], '2.41'),
  known(/^bc$/, ['bc'], '1.08.2'),
  known(/^binutils$/, ['strings'], '2.44'),
  known(/^dos2unix$/, ['dos2unix', 'unix2dos'], '7.5.2'),
  known(/^(ca-certificates|coreutils|tzdata|openssl|findutils|grep|sed|gawk|tar|gzip|util-linux|apt-transport-https|gnupg|lsb-release|sudo)$/, [], '1.0'),
]

/** The first words of a file that stands for an installed program. */
export const installedMark = '#!drydock '

const list = '/var/lib/drydock/installed'

/** The package of a name; undefined for one that is not simulated. */
export function packageOf(name: string): Package | undefined {
  return packages.find(({ names }) => names.test(name))
}

/** The names of what was installed, one a line. */
export function installed({ files }: Process): readonly string[] {
  const entry = files.stat(list)
  return entry?.kind === 'file' ? entry.content.split('\n').filter((line) => line !== '') : []
}

function remember(names: readonly string[], { files }: Process): void {
  files.makeFolder('/var/lib/drydock', { parents: true })
  files.write(list, names.map((name) => `${name}\n`).join(''))
}

/** Puts the programs of a package in place. */
export function install(name: string, process: Process): void {
  const { files } = process
  for (const program of packageOf(name)?.programs ?? [])
    if (!files.stat(`/usr/bin/${program}`)) files.write(`/usr/bin/${program}`, `${installedMark}${program}\n`, { mode: 0o755 })
  remember([...new Set([...installed(process), name])], process)
}

/** Takes the programs of a package away. */
export function remove(name: string, process: Process): void {
  for (const program of packageOf(name)?.programs ?? []) if (process.files.entry(`/usr/bin/${program}`)) process.files.remove(`/usr/bin/${program}`)
  remember(
    installed(process).filter((each) => each !== name),
    process,
  )
}

/** What a package manager does at a word. */
export type Verb = (names: readonly string[], process: Process, has: (...options: readonly string[]) => boolean) => number | Promise<number>
