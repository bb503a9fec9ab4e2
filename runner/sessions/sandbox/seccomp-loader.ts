// Who hands the filter of system calls to the kernel where bubblewrap does not: any of three programs that machines have.
import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { seccompPath, seccompProgram } from './seccomp.ts'

/** Where a system keeps its own programs: nothing of the learner's may stand there. */
export const systemPath = '/usr/sbin:/usr/bin:/sbin:/bin'

const perl = `open my $file, "<:raw", "${seccompPath}" or die; local $/; my $filter = <$file>; close $file;
syscall(317, 1, 0, pack("S x6 P", length($filter) / 8, $filter)) == 0 or die "seccomp: $!\\n"; exec { $ARGV[0] } @ARGV; exit 127`

const python = `import ctypes, os, signal, sys
filter = open('${seccompPath}', 'rb').read()
held = ctypes.create_string_buffer(filter, len(filter))
class Program(ctypes.Structure): _fields_ = [('length', ctypes.c_ushort), ('filter', ctypes.c_void_p)]
program = Program(len(filter) // 8, ctypes.addressof(held))
if ctypes.CDLL(None, use_errno=True).syscall(317, 1, 0, ctypes.byref(program)): sys.exit('seccomp: ' + os.strerror(ctypes.get_errno()))
for name in ('SIGPIPE', 'SIGXFSZ'): signal.signal(getattr(signal, name), signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])`

/** A way to load the filter: the words before a program that is to have it. */
export interface SeccompLoader {
  readonly name: string
  readonly words: readonly string[]
}

const loaders: readonly (SeccompLoader & { isThere(): boolean })[] = [
  { name: 'perl', words: ['perl', '-e', perl], isThere: () => isSystemProgram('perl') },
  { name: 'python3', words: ['python3', '-I', '-S', '-c', python], isThere: () => isSystemProgram('python3') },
  { name: 'setpriv', words: ['setpriv', `--seccomp-filter=${seccompPath}`, '--'], isThere: setprivLoads },
]

/** The first way that this machine has; undefined where it has none, or where the filter is not written for its processor. */
export function findSeccompLoader(): SeccompLoader | undefined {
  return seccompProgram() && loaders.find((loader) => loader.isThere())
}

/** Whether the system has this program, wherever the runner's own PATH leads. */
export function isSystemProgram(name: string): boolean {
  return systemPath.split(':').some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function setprivLoads(): boolean {
  try {
    return execFileSync('setpriv', ['--help'], { env: { PATH: systemPath } }).includes('--seccomp-filter')
  } catch {
    return false
  }
}
