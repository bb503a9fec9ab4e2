// What the kernel shows of a container in `/proc` and `/sys/fs/cgroup`.
import type { Json } from '../base/json.ts'
import { createRandom } from '../base/random.ts'
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import { amount, hostnameOf } from './environment.ts'
import { type Entry, type Mount, nameOf } from './files.ts'
import { imageOf } from './images/table.ts'
import { shownAs, wordsOf } from './plan.ts'
import { type ContainerSpec, objects, texts } from './pod.ts'
import type { Machine } from './process.ts'

/** Capabilities by their number. */
const capabilities = [
  ...['CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP', 'LINUX_IMMUTABLE', 'NET_BIND_SERVICE'],
  ...['NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER', 'SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN'],
  ...['SYS_BOOT', 'SYS_NICE', 'SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE', 'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP', 'MAC_OVERRIDE'],
  ...['MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ', 'PERFMON', 'BPF', 'CHECKPOINT_RESTORE'],
]
/** What containerd leaves a container that asks for nothing. */
const usual = 'CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW SYS_CHROOT MKNOD AUDIT_WRITE SETFCAP'.split(' ')

/** The mounts of a container's kernel files. */
export function kernelMounts(
  pod: KubernetesObject,
  container: ContainerSpec,
  { user, node, mounts }: Pick<Machine, 'user'> & { readonly node: KubernetesObject | undefined; readonly mounts: string },
  started: number,
): readonly Mount[] {
  const limit = (name: string): string | undefined => {
    const text = at(container.whole, 'resources', 'limits', name)
    return text === undefined ? undefined : String(text)
  }
  const [memory, cpu] = [limit('memory'), limit('cpu')]
  const group = {
    'memory.max': memory === undefined ? 'max' : String(amount(memory)),
    'cpu.weight': String(weightOf(at(container.whole, 'resources', 'requests', 'cpu'))),
    'cpu.max': cpu === undefined ? 'max 100000' : `${Math.max(1000, Math.round(amount(cpu) * 100_000))} 100000`,
    'pids.max': 'max',
  }
  const status = statusText(pod, container, { user })
  const words = shownAs(wordsOf(container, imageOf(container.image)))
  const killable = String(oomScoreAdjust(pod, container, node))
  const processes = {
    '1/status': status,
    'self/status': status,
    ...identityMaps(pod),
    mounts,
    'self/mounts': mounts,
    '1/mounts': mounts,
    '1/maps': codeMap(container),
    '1/oom_score_adj': killable,
    'self/oom_score_adj': killable,
    '1/cmdline': `${words.join('\0')}\0`,
    '1/comm': `${nameOf(words[0] ?? '').slice(0, 15)}\n`,
    '1/cgroup': '0::/\n',
    'self/cgroup': '0::/\n',
    meminfo,
    cpuinfo,
    loadavg: '0.12 0.10 0.08 1/412 14\n',
    version: 'Linux version 6.8.0-51-generic (buildd@lcy02) (gcc 13.3.0) #52-Ubuntu SMP PREEMPT_DYNAMIC',
    uptime: '183492.11 721043.20',
    ...parameters(pod),
  }
  return [mountOf('/proc', processes, started), mountOf('/sys/fs/cgroup', group, started)]
}

/** How users and groups of the container are those of its node: as they are, or moved where the pod has users of its own. */
function identityMaps(pod: KubernetesObject): Readonly<Record<string, string>> {
  const own = at(pod, 'spec', 'hostUsers') === false
  const first = own ? 65_536 * (1 + createRandom(`${pod.metadata.uid}/users`).below(30_000)) : 0
  const line = [0, first, own ? 65_536 : 4_294_967_295].map((number) => String(number).padStart(10)).join(' ')
  return Object.fromEntries(['self', '1'].flatMap((process) => ['uid_map', 'gid_map'].map((file) => [`${process}/${file}`, line])))
}

/** Where the first program lies in memory. */
function codeMap({ command }: ContainerSpec): string {
  const name = command[0]?.startsWith('/') ? command[0] : `/usr/sbin/${command[0] ?? 'nginx'}`
  return [
    `55d0c1a5e000-55d0c1a8f000 r--p 00000000 00:2a 1315847                    ${name}`,
    `55d0c1a8f000-55d0c1bd4000 r-xp 00031000 00:2a 1315847                    ${name}`,
    '7f3a5c021000-7f3a5c047000 r--p 00000000 00:2a 1313042                    /usr/lib/x86_64-linux-gnu/libc.so.6',
    '7ffd1f7ac000-7ffd1f7cd000 rw-p 00000000 00:00 0                          [stack]',
  ].join('\n')
}

/** How readily the kernel kills a container where a node runs short of memory (kubelet `qos/policy.go`). */
function oomScoreAdjust(pod: KubernetesObject, container: ContainerSpec, node: KubernetesObject | undefined): number {
  if (at(pod, 'spec', 'priorityClassName') === 'system-node-critical') return guaranteed
  const quality = at(pod, 'status', 'qosClass')
  if (quality !== 'Burstable') return quality === 'Guaranteed' ? guaranteed : 1000
  const [request, capacity] = [at(container.whole, 'resources', 'requests', 'memory'), at(node, 'status', 'capacity', 'memory')]
  const share = request === undefined || capacity === undefined ? 0 : Math.floor((1000 * amount(String(request))) / amount(String(capacity)))
  return Math.min(Math.max(1000 - share, 1000 + guaranteed), 999)
}

const guaranteed = -997

const meminfo =
  'MemTotal:       16384000 kB\nMemFree:         9830400 kB\nMemAvailable:   13619200 kB\nBuffers:          204800 kB\nCached:          3895680 kB\nSwapTotal:             0 kB\nSwapFree:              0 kB\n'
const cpuinfo = [0, 1, 2, 3]
  .map(
    (each) =>
      `processor\t: ${each}\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz\ncpu MHz\t\t: 2793.437\ncpu cores\t: 4\n`,
  )
  .join('\n')

/** The weight of a request for processors: its shares, at least two, put on the scale of cgroup v2. */
function weightOf(request: Json | undefined): number {
  const shares = Math.max(2, Math.floor((request === undefined ? 0 : amount(String(request))) * 1024))
  return Math.floor(1 + ((shares - 2) * 9999) / 262_142)
}

/** Kernel parameters as pods usually find them. */
const usualParameters: Readonly<Record<string, string>> = {
  'kernel.dmesg_restrict': '1',
  'kernel.msgmax': '8192',
  'kernel.osrelease': '6.8.0-51-generic',
  'kernel.ostype': 'Linux',
  'kernel.pid_max': '4194304',
  'kernel.shm_rmid_forced': '0',
  'net.core.somaxconn': '4096',
  'net.ipv4.ip_local_port_range': '32768\t60999',
  'net.ipv4.ip_unprivileged_port_start': '0',
  'net.ipv4.tcp_syncookies': '1',
  'vm.max_map_count': '65530',
}

/** The files of kernel parameters, with those that the pod sets. */
function parameters(pod: KubernetesObject): Readonly<Record<string, string>> {
  const set = objects(at(pod, 'spec', 'securityContext', 'sysctls')).map(({ name, value }) => [String(name), String(value)] as const)
  return Object.fromEntries(
    [...Object.entries(usualParameters), ['kernel.hostname', hostnameOf(pod)] as const, ...set].map(([name, value]) => [
      `sys/${name.replaceAll('.', '/')}`,
      value,
    ]),
  )
}

function mountOf(path: string, files: Readonly<Record<string, string>>, started: number): Mount {
  const base = new Map<string, Entry>([['', { kind: 'folder', mode: 0o555, at: started }]])
  for (const [name, text] of Object.entries(files)) {
    const folders = name.split('/').slice(0, -1)
    for (const index of folders.keys()) base.set(folders.slice(0, index + 1).join('/'), { kind: 'folder', mode: 0o555, at: started })
    base.set(name, { kind: 'file', content: /[\n\0]$/.test(text) ? text : `${text}\n`, mode: 0o444, at: started })
  }
  return { path, tree: { base: () => base }, readOnly: true }
}

function statusText(pod: KubernetesObject, container: ContainerSpec, { user }: Pick<Machine, 'user'>): string {
  const context = (field: string) => at(container.whole, 'securityContext', field) ?? at(pod, 'spec', 'securityContext', field)
  const bounding = boundingSet(container)
  const own = user.uid === 0 ? bounding : 0n
  const mask = (bits: bigint): string => bits.toString(16).padStart(16, '0')
  const confined =
    at(container.whole, 'securityContext', 'privileged') !== true &&
    at(context('seccompProfile'), 'type') !== undefined &&
    at(context('seccompProfile'), 'type') !== 'Unconfined'
  return [
    `Name:\t${nameOf(shownAs(wordsOf(container, imageOf(container.image)))[0] ?? 'main').slice(0, 15)}`,
    'Umask:\t0022',
    'State:\tS (sleeping)',
    'Pid:\t1',
    'PPid:\t0',
    `Uid:\t${Array(4).fill(user.uid).join('\t')}`,
    `Gid:\t${Array(4).fill(user.gid).join('\t')}`,
    `Groups:\t${[...new Set([user.gid, ...user.groups])].sort((a, b) => a - b).join(' ')} `,
    'CapInh:\t0000000000000000',
    `CapPrm:\t${mask(own)}`,
    `CapEff:\t${mask(own)}`,
    `CapBnd:\t${mask(bounding)}`,
    'CapAmb:\t0000000000000000',
    `NoNewPrivs:\t${at(container.whole, 'securityContext', 'allowPrivilegeEscalation') === false ? 1 : 0}`,
    `Seccomp:\t${confined ? 2 : 0}`,
    `Seccomp_filters:\t${confined ? 1 : 0}`,
  ].join('\n')
}

/** The bit of a capability by its name. */
export function capabilityBit(name: string): bigint {
  return 1n << BigInt(capabilities.indexOf(name))
}

function boundingSet({ whole }: ContainerSpec): bigint {
  const all = (1n << BigInt(capabilities.length)) - 1n
  if (at(whole, 'securityContext', 'privileged') === true) return all
  const plain = (list: string): readonly string[] =>
    texts(at(whole, 'securityContext', 'capabilities', list)).map((name) => name.toUpperCase().replace(/^CAP_/, ''))
  const [dropped, added] = [plain('drop'), plain('add')]
  const kept = dropped.includes('ALL') ? [] : usual.filter((name) => !dropped.includes(name))
  if (added.includes('ALL')) return all
  return [...new Set([...kept, ...added])].reduce((bits, name) => (capabilities.includes(name) ? bits | (1n << BigInt(capabilities.indexOf(name))) : bits), 0n)
}
