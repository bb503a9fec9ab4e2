// Pseudo-terminals for programs of a sandbox: one of the sandbox's own, which its programs find by name, or else one of the machine's.
import { spawn } from 'node:child_process'
import { closeSync, constants, fchownSync, openSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { ReadStream } from 'node:tty'
import type { IPty } from 'node-pty'
import { exitCode } from './processes.ts'
import type { Launch, OwnTerminals } from './sandbox.ts'
import { systemPath } from './seccomp-loader.ts'

/** A program on a terminal, seen from the terminal's other end. */
export interface Pty {
  /** The other end, for writing. */
  readonly descriptor: number
  onData(listener: (data: Uint8Array) => void): void
  pause(): void
  resume(): void
  /** Settles once programs see the new size. */
  resize(size: Size): Promise<void>
  kill(): void
  /** The exit code, once all that was printed has been read. */
  readonly exited: Promise<number>
}

/** Columns and rows of a terminal. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

/** What is printed last comes at once; a program left in the background may keep the terminal open for ever. */
const lastOutput = 200

/**
 * Unlocks the terminal whose other end is descriptor 3, sets its size, has it know UTF-8, and prints its number. As standard input the other end
 * would become one that waits: libuv takes O_NONBLOCK off what becomes a child's first three descriptors, and that is the file's for everybody.
 */
const prepareScript = `my ($columns, $rows) = @ARGV;
open(my $tty, "+<&=", 3) or die "open: $!\\n";
my ($lock, $size) = (pack("i", 0), pack("S4", $rows, $columns, 0, 0));
ioctl($tty, 0x40045431, $lock) or die "unlock: $!\\n";
ioctl($tty, 0x5414, $size) or die "size: $!\\n";
my $modes = "\\0" x 64;
if (ioctl($tty, 0x5401, $modes)) { substr($modes, 0, 4) = pack("L", unpack("L", $modes) | 0x4000); ioctl($tty, 0x5402, $modes) }
my $number = pack("I", 0);
ioctl($tty, 0x80045430, $number) or die "number: $!\\n";
print unpack("I", $number)`

/** Starts a program on a terminal of the sandbox's own. */
export async function startOnOwn({ folder, owner }: OwnTerminals, launch: Launch, size: Size): Promise<Pty> {
  const flags = constants.O_RDWR | constants.O_NOCTTY
  // Nobody waits here for a program that does not read.
  const descriptor = openSync(`${folder}/ptmx`, flags | constants.O_NONBLOCK)
  try {
    const name = `${folder}/${await prepare(descriptor, size)}`
    const slave = openSync(name, flags)
    try {
      if (owner !== undefined) fchownSync(slave, owner, owner)
      return follow(descriptor, { slave, name }, launch)
    } finally {
      closeSync(slave)
    }
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

function prepare(descriptor: number, { columns, rows }: Size): Promise<string> {
  return new Promise((resolve, reject) => {
    const words = ['-e', prepareScript, String(columns), String(rows)]
    const child = spawn('perl', words, { stdio: ['ignore', 'pipe', 'pipe', descriptor], env: { PATH: systemPath } })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        said += chunk
      })
    }
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve(said) : reject(new Error(`Cannot open a terminal: ${said.trim()}`))))
  })
}

function follow(descriptor: number, { slave, name }: { readonly slave: number; readonly name: string }, launch: Launch): Pty {
  // The program's session has the terminal for its own: job control, Ctrl-C, /dev/tty.
  const child = spawn('setsid', ['--ctty', launch.file, ...launch.arguments], {
    stdio: [slave, slave, slave],
    env: launch.environment,
    cwd: launch.folder,
  })
  const output = new ReadStream(descriptor)
  // The system says "input/output error" once nobody has the terminal any more.
  const over = new Promise<void>((resolve) => output.once('error', () => resolve()).once('close', resolve))
  const exited = exitCode(child)
    .catch(() => 127)
    .then(async (code) => {
      await Promise.race([over, pause(lastOutput)])
      output.destroy()
      return code
    })
  return {
    descriptor,
    onData: (listener) => void output.on('data', listener),
    pause: () => void output.pause(),
    resume: () => void output.resume(),
    resize: async (wanted) => {
      if (!output.destroyed) await setSize(name, wanted)
    },
    kill: () => void child.kill('SIGKILL'),
    exited,
  }
}

/** Sets the size by way of the program's end, opened anew: what becomes a child's standard input waits from then on. */
async function setSize(name: string, { columns, rows }: Size): Promise<void> {
  try {
    const slave = openSync(name, constants.O_RDWR | constants.O_NOCTTY)
    const stty = spawn('stty', ['columns', String(columns), 'rows', String(rows)], { stdio: [slave, 'ignore', 'ignore'], env: { PATH: systemPath } })
    closeSync(slave)
    await exitCode(stty)
  } catch {
    // The program has just ended, and its terminal with it.
  }
}

/** Starts a program on a terminal of the machine's, which has no name inside. */
export async function startOnMachines({ file, arguments: args, environment, folder }: Launch, { columns, rows }: Size, type: string): Promise<Pty> {
  const library = await import('node-pty')
  const options = { name: type, cols: columns, rows, cwd: folder, env: { ...environment }, encoding: null }
  // The library says only part of what it has: the descriptor of the terminal's other end.
  const pty = library.spawn(file, [...args], options) as IPty & { readonly fd: number }
  return {
    descriptor: pty.fd,
    // With no encoding set the library hands out bytes, whatever its types say.
    onData: (listener) => void pty.onData((data: unknown) => listener(data as Uint8Array)),
    pause: () => pty.pause(),
    resume: () => pty.resume(),
    resize: async (size) => pty.resize(size.columns, size.rows),
    kill: () => pty.kill('SIGKILL'),
    exited: new Promise((resolve) => void pty.onExit(({ exitCode: code, signal }) => resolve(signal ? 128 + signal : code))),
  }
}
