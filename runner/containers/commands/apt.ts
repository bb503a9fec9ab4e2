// `apt-get` and `dpkg`.
import { fail, type Process, type Program } from '../process.ts'
import { readOptions } from './options.ts'
import { install, installed, packageOf, remove, type Verb } from './package-list.ts'

const read = 'Reading package lists...\n'
const tree = 'Building dependency tree...\nReading state information...\n'

const aptVerbs: Readonly<Record<string, Verb>> = {
  update: (_, process, has) => {
    const ubuntu = /ubuntu/.test(process.machine.image)
    const [host, suite] = ubuntu ? ['http://archive.ubuntu.com/ubuntu', 'noble'] : ['http://deb.debian.org/debian', 'trixie']
    process.files.makeFolder('/var/lib/apt/lists', { parents: true })
    process.files.write(`/var/lib/apt/lists/${suite}_Packages`, '')
    if (has('qq')) return 0
    process.out(
      `Get:1 ${host} ${suite} InRelease [140 kB]\nGet:2 ${host} ${suite}-updates InRelease [47.3 kB]\nGet:3 ${host} ${suite}/main amd64 Packages [9669 kB]\nFetched 9856 kB in 1s (9856 kB/s)\n`,
    )
    process.out(read)
    return 0
  },
  install: (names, process, has) => {
    const loud = !has('qq')
    const say = (text: string): void => (loud ? process.out(text) : undefined)
    say(read + tree)
    for (const name of names) {
      if (packageOf(name) && hasLists(process)) continue
      if (!packageOf(name)) process.err(`drydock: the package ${name} is not simulated\n`)
      return fail(process, `E: Unable to locate package ${name}`, 100)
    }
    return put(names, process, { say, asks: !has('y', 'yes', 'assume-yes', 'qq') })
  },
  remove: (names, process, has) => {
    if (!has('qq')) process.out(read + tree)
    const there = names.filter((name) => installed(process).includes(name))
    if (there.length > 0) process.out(`The following packages will be REMOVED:\n  ${there.join(' ')}\n`)
    process.out(`0 upgraded, 0 newly installed, ${there.length} to remove and 0 not upgraded.\n`)
    for (const name of there) {
      process.out(`Removing ${name} (${packageOf(name)?.version}) ...\n`)
      remove(name, process)
    }
    return 0
  },
  upgrade: (_, process) => {
    process.out(`${read}${tree}Calculating upgrade...\n0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n`)
    return 0
  },
  clean: () => 0,
  autoremove: (_, process) => {
    process.out(`${read}${tree}0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n`)
    return 0
  },
  list: (_, process) => {
    process.out('Listing...\n')
    for (const name of installed(process)) process.out(`${name}/stable,now ${packageOf(name)?.version}-1 amd64 [installed]\n`)
    return 0
  },
  policy: (names, process) => {
    for (const name of names) {
      const version = packageOf(name)?.version ?? '(none)'
      process.out(`${name}:\n  Installed: ${installed(process).includes(name) ? version : '(none)'}\n  Candidate: ${hasLists(process) ? version : '(none)'}\n`)
    }
    return 0
  },
}

/** Images come without lists of packages: `update` fetches them. */
function hasLists({ files }: Process): boolean {
  return files.isFolder('/var/lib/apt/lists') && files.list('/var/lib/apt/lists').some((name) => name.endsWith('_Packages'))
}

/** Installs what is new; asks first where more comes than was named, as nobody answers without a terminal. */
async function put(
  names: readonly string[],
  process: Process,
  { say, asks }: { readonly say: (text: string) => void; readonly asks: boolean },
): Promise<number> {
  const before = installed(process)
  const wanted = names.filter((name) => !before.includes(name))
  for (const name of names.filter((each) => before.includes(each))) say(`${name} is already the newest version (${packageOf(name)?.version}-1).\n`)
  const more = wanted.flatMap((name) => packageOf(name)?.with ?? []).filter((name) => !before.includes(name))
  if (more.length > 0) say(`The following additional packages will be installed:\n  ${more.join(' ')}\n`)
  if (wanted.length > 0) say(`The following NEW packages will be installed:\n  ${[...wanted, ...more].sort().join(' ')}\n`)
  say(`0 upgraded, ${wanted.length + more.length} newly installed, 0 to remove and 0 not upgraded.\n`)
  if (asks && more.length > 0) {
    process.out('Do you want to continue? [Y/n] ')
    const answer = await process.halt.unless(process.stdin.readLine())
    if (answer === undefined || /^n/i.test(answer)) return fail(process, 'Abort.')
  }
  for (const name of [...more, ...wanted]) {
    const version = packageOf(name)?.version ?? '1.0'
    say(`Selecting previously unselected package ${name}.\nUnpacking ${name} (${version}-1) ...\n`)
  }
  for (const name of [...more, ...wanted]) {
    if (wanted.includes(name)) install(name, process)
    say(`Setting up ${name} (${packageOf(name)?.version ?? '1.0'}-1) ...\n`)
  }
  return 0
}

const apt: Program = (words, process) => {
  const options = readOptions(
    words.map((word) => (word === '-qq' ? '--qq' : word)),
    ['o', 't', 'option'],
  )
  const [verb = '', ...names] = options.rest
  const work = Object.hasOwn(aptVerbs, verb === 'purge' ? 'remove' : verb) ? aptVerbs[verb === 'purge' ? 'remove' : verb] : undefined
  if (process.machine.user.uid !== 0 && !['list', 'policy'].includes(verb))
    return fail(
      process,
      'E: Could not open lock file /var/lib/apt/lists/lock - open (13: Permission denied)\nE: Unable to lock directory /var/lib/apt/lists/',
      100,
    )
  if (!work) return verb === '' ? 0 : fail(process, `E: Invalid operation ${verb}`, 100)
  return work(
    names.map((name) => name.replace(/[=/].*$/, '')),
    process,
    options.has,
  )
}

const dpkg: Program = (words, process) => {
  if (!words.includes('-l')) return 0
  process.out(
    'Desired=Unknown/Install/Remove/Purge/Hold\n| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)\n||/ Name           Version      Architecture Description\n+++-==============-============-============-=================================\n',
  )
  for (const name of ['apt', 'base-files', 'bash', 'coreutils', 'dash', 'dpkg', ...installed(process)].sort())
    process.out(`ii  ${name.padEnd(14)} ${(packageOf(name)?.version ?? '1.0').padEnd(12)} amd64        ${name}\n`)
  return 0
}

/** The programs by name. */
export const aptPrograms: Readonly<Record<string, Program>> = { apt, 'apt-get': apt, 'apt-cache': apt, dpkg }
