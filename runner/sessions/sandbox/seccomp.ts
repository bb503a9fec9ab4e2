// The system calls that are refused inside, as the small program that the kernel runs before each call; made here, so that no library is needed.

/** Where the program stands in a sandbox. */
export const seccompPath = '/etc/drydock.seccomp'

/** What a call is answered with. */
const answers = { allow: 0x7fff0000, kill: 0x80000000, EPERM: 0x00050001, ENOSYS: 0x00050026, EAFNOSUPPORT: 0x00050061 } as const
const x64 = 0xc000003e
/** Numbers from here on are calls of the x32 interface: a second way to everything. */
const x32 = 0x40000000

/** Calls of Linux x64 that no program of a lesson needs, by what they are refused for. */
const refused = {
  tracing: { ptrace: 101, process_vm_readv: 310, process_vm_writev: 311, kcmp: 312, pidfd_getfd: 438, process_madvise: 440 },
  mounting: {
    ...{ mount: 165, umount2: 166, pivot_root: 155, chroot: 161, open_tree: 428, move_mount: 429, fsopen: 430, fsconfig: 431, fsmount: 432 },
    ...{ fspick: 433, mount_setattr: 442, statmount: 457, listmount: 458, open_tree_attr: 467, name_to_handle_at: 303, open_by_handle_at: 304 },
    ...{ quotactl: 179, quotactl_fd: 443, fanotify_init: 300 },
  },
  namespaces: { unshare: 272, setns: 308 },
  kernel: {
    ...{ bpf: 321, perf_event_open: 298, userfaultfd: 323, io_uring_setup: 425, io_uring_enter: 426, io_uring_register: 427 },
    ...{ add_key: 248, request_key: 249, keyctl: 250, kexec_load: 246, kexec_file_load: 320, syslog: 103, acct: 163 },
    ...{ create_module: 174, init_module: 175, delete_module: 176, get_kernel_syms: 177, query_module: 178, finit_module: 313 },
    ...{ swapon: 167, swapoff: 168, reboot: 169, settimeofday: 164, clock_settime: 227, clock_adjtime: 305, sethostname: 170, setdomainname: 171 },
    ...{ iopl: 172, ioperm: 173, modify_ldt: 154, vhangup: 153, uselib: 134, sysfs: 139, sysctl: 156, nfsservctl: 180, lookup_dcookie: 212 },
  },
  placement: { mbind: 237, set_mempolicy: 238, get_mempolicy: 239, migrate_pages: 256, move_pages: 279, set_mempolicy_home_node: 450 },
} as const

const calls = { ioctl: 16, socket: 41, socketpair: 53, clone: 56, personality: 135, clone3: 435 } as const
/** CLONE_NEW… for mount, cgroup, host name, IPC, user, process and network. */
const newNamespaces = 0x7e020000
/** TIOCSTI types into a terminal, TIOCLINUX and TIOCCONS take the console. */
const terminalTricks = [0x5412, 0x541c, 0x541d]
const families = { unix: 1, inet: 2, inet6: 10, netlink: 16 } as const
/** Routes and sockets, which `ip` and `ss` ask for. */
const netlinks = [0, 4]
/** As they are, asked for, without random addresses, and as of an older system. */
const personalities = [0, 0xffffffff, 0x40000, 0x20000]

/** One instruction of the kernel's small machine: an operation, how far to jump when it holds and when not, a number. */
type Instruction = readonly [code: number, holds: number, fails: number, value: number]

const load = (offset: number): Instruction => [0x20, 0, 0, offset]
const answer = (value: number): Instruction => [0x06, 0, 0, value]
const [number, architecture] = [0, 4]
const argument = (index: number): number => 16 + 8 * index

/** The program, as the kernel reads it; undefined on a processor whose calls have other numbers. */
export function seccompProgram(processor: string = process.arch): Uint8Array | undefined {
  if (processor !== 'x64') return undefined
  const eperm = answer(answers.EPERM)
  const plain = Object.values(refused).flatMap((group) => Object.values(group))
  return encode([
    load(architecture),
    ...unless([x64], answer(answers.kill)),
    load(number),
    [0x35, 0, 1, x32],
    answer(answers.ENOSYS),
    ...plain.flatMap((call) => only(call, eperm)),
    ...only(calls.clone3, answer(answers.ENOSYS)),
    ...ofCall(calls.clone, [load(argument(0)), [0x45, 0, 1, newNamespaces], eperm]),
    ...ofCall(calls.ioctl, [load(argument(1)), ...when(terminalTricks, eperm)]),
    ...ofCall(calls.personality, [load(argument(0)), ...unless(personalities, eperm)]),
    ...[calls.socket, calls.socketpair].flatMap((call) => ofCall(call, socketRules())),
    answer(answers.allow),
  ])
}

function socketRules(): readonly Instruction[] {
  const foreign = answer(answers.EAFNOSUPPORT)
  const netlink = [load(argument(2)), ...unless(netlinks, foreign), answer(answers.allow)]
  return [load(argument(0)), ...unless(Object.values(families), foreign), [0x15, 0, netlink.length, families.netlink], ...netlink]
}

function only(value: number, then: Instruction): readonly Instruction[] {
  return [[0x15, 0, 1, value], then]
}

/** What follows where the loaded number is one of `values`. */
function when(values: readonly number[], then: Instruction): readonly Instruction[] {
  return [...values.map((value, index): Instruction => [0x15, values.length - index, 0, value]), [0x05, 0, 0, 1], then]
}

/** What follows where the loaded number is none of `values`. */
function unless(values: readonly number[], then: Instruction): readonly Instruction[] {
  return [...values.map((value, index): Instruction => [0x15, values.length - index, 0, value]), then]
}

/** Rules of one call; it is allowed where none of them answers. */
function ofCall(call: number, rules: readonly Instruction[]): readonly Instruction[] {
  return [[0x15, 0, rules.length + 1, call], ...rules, answer(answers.allow)]
}

function encode(program: readonly Instruction[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(program.length * 8))
  for (const [index, [code, holds, fails, value]] of program.entries()) {
    bytes.setUint16(index * 8, code, true)
    bytes.setUint8(index * 8 + 2, holds)
    bytes.setUint8(index * 8 + 3, fails)
    bytes.setUint32(index * 8 + 4, value, true)
  }
  return new Uint8Array(bytes.buffer)
}
