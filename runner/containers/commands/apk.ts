// `apk`.
import { fail, type Process, type Program } from '../process.ts'
import { readOptions } from './options.ts'
import { install, installed, packageOf, remove, type Verb } from './package-list.ts'

const mirror = 'https://dl-cdn.alpinelinux.org/alpine/v3.22'

function fetchIndex(process: Process): void {
  for (const part of ['main', 'community']) process.out(`fetch ${mirror}/${part}/x86_64/APKINDEX.tar.gz\n`)
}

function summary(process: Process): string {
  const count = installed(process).length
  return `OK: ${8 + count} MiB in ${16 + count} packages\n`
}

const apkVerbs: Readonly<Record<string, Verb>> = {
  add: (names, process, has) => {
    if (!has('q', 'quiet')) fetchIndex(process)
    const missing = names.filter((name) => !packageOf(name))
    for (const name of missing) process.err(`drydock: the package ${name} is not simulated\n`)
    if (missing.length > 0)
      return fail(
        process,
        `ERROR: unable to select packages:\n${missing.map((name) => `  ${name} (no such package):\n    required by: world[${name}]`).join('\n')}`,
        missing.length,
      )
    const before = installed(process)
    const wanted = names.filter((name) => !before.includes(name))
    for (const [index, name] of wanted.entries()) {
      install(name, process)
      if (!has('q', 'quiet')) process.out(`(${index + 1}/${wanted.length}) Installing ${name} (${packageOf(name)?.version}-r0)\n`)
    }
    if (!has('q', 'quiet')) process.out(wanted.length > 0 ? `Executing busybox-1.37.0-r18.trigger\n${summary(process)}` : summary(process))
    return 0
  },
  del: (names, process) => {
    const there = names.filter((name) => installed(process).includes(name))
    for (const [index, name] of there.entries()) {
      remove(name, process)
      process.out(`(${index + 1}/${there.length}) Purging ${name} (${packageOf(name)?.version}-r0)\n`)
    }
    process.out(summary(process))
    return 0
  },
  update: (_, process) => {
    fetchIndex(process)
    process.out(`v3.22.2-89-g3e1d1e6 [${mirror}/main]\nv3.22.2-91-g5ea5e5c [${mirror}/community]\nOK: 25456 distinct packages available\n`)
    return 0
  },
  upgrade: (_, process) => {
    fetchIndex(process)
    process.out(summary(process))
    return 0
  },
  info: (names, process) => {
    const all = [
      'alpine-baselayout',
      'alpine-keys',
      'apk-tools',
      'busybox',
      'ca-certificates-bundle',
      'libcrypto3',
      'libssl3',
      'musl',
      'ssl_client',
      'zlib',
      ...installed(process),
    ]
    if (names.length === 0) process.out(`${all.sort().join('\n')}\n`)
    return names.every((name) => all.includes(name)) ? 0 : 1
  },
  search: (names, process) => {
    for (const name of names) if (packageOf(name)) process.out(`${name}-${packageOf(name)?.version}-r0\n`)
    return 0
  },
}

/** `apk`: what is added comes from the index, what is not simulated is said to be so. */
export const apk: Program = (words, process) => {
  if (!/alpine|curl/.test(process.machine.image)) return fail(process, 'sh: apk: not found', 127)
  const options = readOptions(words, ['t', 'virtual', 'X', 'repository', 'p', 'root'])
  const [verb = '', ...names] = options.rest
  if (options.has('V', 'version')) {
    process.out('apk-tools 2.14.9, compiled for x86_64.\n')
    return 0
  }
  const work = Object.hasOwn(apkVerbs, verb) ? apkVerbs[verb] : undefined
  if (!work) return fail(process, `apk-tools 2.14.9, compiled for x86_64.\n\nusage: apk [<OPTIONS>...] COMMAND [<ARGUMENTS>...]`, 1)
  if (process.machine.user.uid !== 0 && ['add', 'del', 'update', 'upgrade'].includes(verb))
    return fail(process, 'ERROR: Unable to lock database: Permission denied\nERROR: Failed to open apk database: Permission denied', 99)
  return work(
    names.map((name) => name.replace(/[=<>~@].*$/, '')),
    process,
    options.has,
  )
}
