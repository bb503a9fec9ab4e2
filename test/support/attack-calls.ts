// System calls that a learner may try, with arguments that a kernel without a filter takes from an ordinary user where it takes the call at all.

/** One call: what it is for, its number on x64, its arguments as perl writes them; all of it prints ESCAPED where it is taken. */
export interface CallAttempt {
  readonly what: string
  readonly script: string
  /** What the system answers; only where the filter is loaded, unless `always`. */
  readonly always?: true
}

const buffer = '("\\0" x 256)'
const user = 0x10000000

/** The calls, by what they are for. */
export const callAttempts: readonly CallAttempt[] = [
  call('trace itself, as a debugger does', 101, '0, 0, 0, 0'),
  call('trace process 1', 101, '16, 1, 0, 0', true),
  call('read the memory of another process', 310, '$$ + 0, $v, 1, $v, 1, 0'),
  call('write the memory of another process', 311, '$$ + 0, $v, 1, $v, 1, 0'),
  call('take a descriptor of another process', 438, '-1, 0, 0'),
  call('compare processes', 312, '$$ + 0, $$ + 0, 0, 0, 0'),
  call('make a user namespace by unshare', 272, `${user}`, true),
  call('make namespaces of every kind by unshare', 272, `${0x6c020000}`, true),
  call('make a user namespace by clone', 56, `${user + 17}, 0, 0, 0, 0`, true),
  call('make a user namespace by clone3', 435, `pack("Q8", ${user}, 0, 0, 0, 17, 0, 0, 0), 64`, true),
  call('enter a namespace', 308, 'fileno(F), 0', true, 'open F, "<", "/proc/self/ns/user" or die'),
  call('mount a file system', 165, '"none", "/tmp", "tmpfs", 0, 0', true),
  call('unmount', 166, '"/tmp", 2', true),
  call('open a file system to mount', 430, '"tmpfs", 0', true),
  call('copy a tree of mounts', 428, '-100, "/", 1', true),
  call('make a mount writable', 442, '-100, "/", 0, pack("Q4", 0, 1, 0, 0), 32', true),
  call('list mounts', 458, 'pack("L2 Q3", 24, 0, ~0, 0, 0), $b, 8, 0'),
  call('change the root', 161, '"/"', true),
  call('pivot the root', 155, '"/", "/tmp"', true),
  call('name a file by a handle', 303, '-100, "/usr", $h, $b, 0', false, '$h = pack("L2 x128", 128, 0)'),
  call('open a file by a handle', 304, '3, pack("L2 x8", 8, 1), 0', true),
  call('watch all files', 300, '0, 0', true),
  call('use quotas', 179, '0x80000700, 0, 0, $b', true),
  call('load a program into the kernel', 321, '0, pack("L5 x100", 2, 4, 4, 1, 0), 120', true),
  call('count events of the processor', 298, 'pack("L2 Q x24 Q x72", 1, 112, 0, 0x60), 0, -1, -1, 0'),
  call('handle page faults itself', 323, '1'),
  call('queue operations in io_uring', 425, '8, $b'),
  call('find the session keyring', 250, '0, -3, 1, 0, 0'),
  call('keep a key in the kernel', 248, '"user", "name", "text", 4, -3'),
  call('ask for a key', 249, '"user", "name", 0, -3', true),
  call('load another kernel', 246, '0, 0, 0, 0', true),
  call('load another kernel from a file', 320, '0, 0, 0, 0, 0', true),
  call('load a module', 175, '$b, 256, ""', true),
  call('load a module from a file', 313, '0, "", 0', true),
  call('unload a module', 176, '"loop", 0', true),
  call('swap to a file', 167, '"/tmp/swap", 0', true),
  call('stop swapping', 168, '"/tmp/swap"', true),
  call('restart the machine', 169, '0xfee1dead, 672274793, 0, 0', true),
  call('set the time', 227, '0, pack("q2", 1, 0)', true),
  call('rename the machine', 170, '"taken", 5', true),
  call("read the kernel's log", 103, '3, $b, 256'),
  call('account for processes', 163, '"/tmp/acct"', true),
  call('reach input and output ports', 172, '3', true),
  call('make segments of its own', 154, '0, $b, 16'),
  call('make all memory executable', 135, '0x0400000'),
  call('place memory', 237, '0, 0, 0, 0, 0, 0'),
  call('call through the x32 interface', 0x40000000 + 39, '0', true),
  socket('a raw socket', '2, 3, 1', true),
  socket('a raw socket of version 6', '10, 3, 58', true),
  socket('a packet socket', '17, 3, 768', true),
  socket('a socket to the host of the virtual machine', '40, 1, 0'),
  socket("a socket to the kernel's ciphers", '38, 5, 0'),
  socket('a socket of another family (Bluetooth, CAN, X.25)', '31, 3, 1'),
  socket("a socket to the kernel's events", '16, 3, 15'),
  socket('a socket to the audit', '16, 3, 9'),
  {
    what: 'call as a program of 32 bits',
    // The smallest program there is: exit(42) by interrupt 0x80.
    script: `perl -e 'print pack("H*", "7f454c4601010100000000000000000002000300010000005480040834000000000000000000000034002000010000000000000001000000000000000080040800800408600000006000000005000000001000006a015831db6a2a5bcd80ebfe")' >~/small; chmod +x ~/small; ~/small; [ $? = 42 ] && echo ESCAPED`,
  },
]

function call(what: string, number: number, args: string, always = false, first = ''): CallAttempt {
  const perl = `${first}; my $b = ${buffer}; my $v = pack("P Q", $b, 16); $! = 0; my @a = (${args}); my $r = syscall(${number}, @a); exit if $r == 0 && ${number} == 56; print $r == -1 ? "refused: $!\\n" : "ESCAPED $r\\n"`
  return { what, script: `perl -e '${perl}'`, ...(always ? { always: true as const } : {}) }
}

function socket(what: string, args: string, always = false): CallAttempt {
  return { ...call(`open ${what}`, 41, args, always) }
}
