// Programs that ask or tell the kernel something.

import { resolve } from '../files.ts'
import { capabilityBit } from '../kernel-files.ts'
import { fail, type Process, type Program } from '../process.ts'
import { readOptions } from './options.ts'

/** True if a process has a capability, as its status says. */
export function may({ files }: Process, capability: string): boolean {
  const status = files.stat('/proc/self/status')
  const mask = /^CapEff:\t([0-9a-f]+)$/m.exec(status?.kind === 'file' ? status.content : '')?.[1] ?? '0'
  return (BigInt(`0x${mask}`) & capabilityBit(capability)) !== 0n
}

/** True in a privileged container: it has every capability, and what belongs to the kernel can be written. */
function isPrivileged(process: Process): boolean {
  return may(process, 'CHECKPOINT_RESTORE') && may(process, 'SYS_ADMIN')
}

const uname: Program = (words, { machine, out }) => {
  const options = readOptions(words, [])
  const system = /alpine/.test(machine.image) ? 'Linux' : 'GNU/Linux'
  if (options.has('a')) out(`Linux ${machine.hostname} ${machine.kernel} #1 SMP PREEMPT_DYNAMIC x86_64 ${system}\n`)
  else out(`${options.has('r') ? machine.kernel : options.has('m') ? 'x86_64' : options.has('n') ? machine.hostname : options.has('o') ? system : 'Linux'}\n`)
  return 0
}

const free: Program = (words, { out }) => {
  const unit = words.includes('-m') ? 1024 : words.includes('-g') ? 1_048_576 : 1
  const row = (name: string, ...figures: readonly number[]): string =>
    `${name.padEnd(8)}${figures.map((each) => String(Math.floor(each / unit)).padStart(12)).join('')}\n`
  out('              total        used        free      shared  buff/cache   available\n')
  out(row('Mem:', 16_384_000, 2_453_120, 9_830_400, 1024, 4_100_480, 13_619_200))
  out(row('Swap:', 0, 0, 0))
  return 0
}

/** Kernel parameters, by their files; only the privileged change them. */
const sysctl: Program = (words, process) => {
  const { files, out, err } = process
  let failed = 0
  for (const word of words.filter((each) => !each.startsWith('-'))) {
    const [key = '', value] = word.split('=')
    const name = key.trim().replaceAll('/', '.')
    const file = files.stat(`/proc/sys/${name.replaceAll('.', '/')}`)
    if (file?.kind !== 'file') err(`sysctl: error: '${name.replaceAll('.', '/')}' is an unknown key\n`)
    else if (value === undefined) out(words.includes('-n') ? file.content : `${name} = ${file.content}`)
    else if (isPrivileged(process)) out(`${name} = ${value.trim()}\n`)
    else err(`sysctl: error setting key '${name}': Read-only file system\n`)
    if (file?.kind !== 'file' || (value !== undefined && !isPrivileged(process))) failed = 1
  }
  return failed
}

/** What is mounted, read from the kernel's own list. */
const mount: Program = (words, process) => {
  if (readOptions(words, ['t', 'o']).rest.length > 0) return mountOne(words.at(-1) ?? '', process)
  for (const line of process.files.read('/proc/mounts').split('\n')) {
    const [source, path, type, options] = line.split(' ')
    if (options !== undefined) process.out(`${source} on ${path} type ${type} (${options})\n`)
  }
  return 0
}

/** Whoever may mount does so unseen: nothing is simulated of what it mounts. */
function mountOne(target: string, process: Process): number {
  if (may(process, 'SYS_ADMIN')) return 0
  return process.machine.flavor === 'busybox'
    ? fail(process, 'mount: permission denied (are you root?)')
    : fail(process, `mount: ${target}: permission denied.\n       dmesg(1) may have more information after failed mount system call.`, 32)
}

/** Takes away what `mount` is believed to have put there. */
const umount: Program = (words, process) => {
  const [target = ''] = readOptions(words, ['t', 'O']).rest
  const busybox = process.machine.flavor === 'busybox'
  const refuse = (short: string, long: string): number =>
    fail(process, `umount: ${busybox ? `can't unmount ${target}: ${short}` : `${target}: ${long}.`}`, busybox ? 1 : 32)
  if (!may(process, 'SYS_ADMIN')) return refuse('Operation not permitted', 'must be superuser to unmount')
  return process.files.stat(resolve(process.cwd, target)) ? 0 : refuse('No such file or directory', 'no mount point specified')
}

const dmesg: Program = (_, process) => {
  if (may(process, 'SYSLOG')) {
    process.out(
      `[    0.000000] Linux version ${process.machine.kernel} (gcc 13.3.0) SMP PREEMPT_DYNAMIC\n[    0.000000] Command line: root=/dev/sda1 ro console=ttyS0\n`,
    )
    return 0
  }
  return fail(
    process,
    process.machine.flavor === 'busybox' ? 'dmesg: klogctl: Operation not permitted' : 'dmesg: read kernel buffer failed: Operation not permitted',
  )
}

/** Programs of the kernel by name. */
export const kernelPrograms: Readonly<Record<string, Program>> = { uname, free, sysctl, mount, umount, dmesg }
