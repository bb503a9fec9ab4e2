// `agnhost mounttest`: says what files are like, and writes new ones (test/images/agnhost/mounttest).
import { encodeText } from '../../bytes.ts'
import { readOptions } from '../../commands/options.ts'
import { type Entry, FileError } from '../../files.ts'
import type { Process } from '../../process.ts'

const asked = ['fs_type', 'file_mode', 'file_perm', 'file_owner', 'new_file_0644', 'new_file_0666', 'new_file_0660', 'new_file_0777', 'file_content']
const looped = ['file_content_in_loop', 'retry_time', 'break_on_expected_content']
const fresh = 'mount-tester new file\n'
/** Statfs numbers: memory, and the file system of the nodes. */
const diskMagic = 61267

/** Does what was asked for, in the program's own order; 1 if anything failed. */
export async function mounttest(words: readonly string[], process: Process): Promise<number> {
  const options = readOptions(words, [...asked, ...looped])
  let failed = false
  for (const [name, run] of steps) {
    const path = options.value(name)
    if (path !== undefined && path !== '' && !run(path, process)) failed = true
  }
  const loop = options.value('file_content_in_loop')
  if (loop !== undefined && !(await contentInLoop(loop, process, options))) failed = true
  return failed ? 1 : 0
}

type Step = (path: string, process: Process) => boolean

const steps: readonly (readonly [option: string, run: Step])[] = [
  ['fs_type', said('statfs', (path, { files }) => `mount type of ${quoted(path)}: ${files.inMemory(path) ? 'tmpfs' : diskMagic}`)],
  ['new_file_0644', newFile(0o644)],
  ['new_file_0666', newFile(0o666)],
  ['new_file_0660', newFile(0o660)],
  ['new_file_0777', newFile(0o777)],
  ['file_mode', said('Stat', (path, process) => `mode of file ${quoted(path)}: ${goMode(process.files.stat(path))}`)],
  ['file_perm', said('Stat', (path, process) => `perms of file ${quoted(path)}: -${letters(modeOf(process.files.stat(path)))}`)],
  ['file_owner', said('stat', (path, process) => ownerLines(path, process.files.stat(path)))],
  ['file_content', content],
]

function said(call: string, text: (path: string, process: Process) => string): Step {
  return (path, process) => {
    const found = process.files.stat(path) !== undefined
    process.out(
      found ? `${text(path, process)}\n` : `error from ${call}(${quoted(path)}): ${call === 'Stat' ? `stat ${path}: ` : ''}no such file or directory\n`,
    )
    return found
  }
}

function content(path: string, process: Process): boolean {
  const { text, problem } = readFile(path, process)
  process.out(problem === undefined ? `content of file ${quoted(path)}: ${text}\n` : `error reading file content for ${quoted(path)}: ${problem}\n`)
  return problem === undefined
}

function newFile(mode: number): Step {
  return (path, process) => {
    try {
      process.files.write(path, encodeText(fresh), { mode })
    } catch (error) {
      process.out(`error writing new file ${quoted(path)}: open ${path}: ${reasonOf(error)}\n`)
      return false
    }
    return content(path, process)
  }
}

async function contentInLoop(path: string, process: Process, options: ReturnType<typeof readOptions>): Promise<boolean> {
  const end = process.now() + Number(options.value('retry_time') ?? 180) * 1000
  const stops = options.value('break_on_expected_content') !== 'false'
  let ok = true
  while (process.now() < end) {
    const { text, problem } = readFile(path, process)
    ok = problem === undefined
    process.out(ok ? `content of file ${quoted(path)}: ${text}\n` : `Error reading file ${path}: ${problem}, retrying\n`)
    if (ok && stops && text === fresh) return true
    if (ok && stops) process.out(`Unexpected content. Expected: ${fresh}. Retrying\n`)
    await process.sleep(2000)
  }
  return ok
}

function readFile(path: string, { files }: Process): { readonly text: string; readonly problem?: string } {
  try {
    return { text: files.read(path) }
  } catch (error) {
    return { text: '', problem: `open ${path}: ${reasonOf(error)}` }
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof FileError)) throw error
  return error.message.toLowerCase()
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

function modeOf(entry: Entry | undefined): number {
  return entry && entry.kind !== 'link' ? entry.mode : 0o777
}

/** A mode as Go prints it: `drwxr-xr-x`, with `g` and `t` before the letters. */
function goMode(entry: Entry | undefined): string {
  const mode = modeOf(entry)
  const marks = `${entry?.kind === 'folder' ? 'd' : ''}${(mode & 0o4000) === 0 ? '' : 'u'}${(mode & 0o2000) === 0 ? '' : 'g'}${(mode & 0o1000) === 0 ? '' : 't'}`
  return `${marks === '' ? '-' : marks}${letters(mode)}`
}

function letters(mode: number): string {
  return Array.from('rwxrwxrwx', (letter, index) => ((mode >> (8 - index)) & 1 ? letter : '-')).join('')
}

function ownerLines(path: string, entry: Entry | undefined): string {
  const [uid, gid] = entry && entry.kind !== 'link' ? (entry.owner ?? [0, 0]) : [0, 0]
  return `owner UID of ${quoted(path)}: ${uid}\nowner GID of ${quoted(path)}: ${gid}`
}
