// A terminal's recording as asciicast v3 (docs.asciinema.org/manual/asciicast/v3): output, sizes and marks; never what was typed.
import { appendFileSync, existsSync, statSync, writeFileSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'

/** Bytes of a recording; when they are full only marks are added. */
const largest = 20 * (1 << 20)

/** A recording that goes on. */
export interface Recording {
  output(bytes: Uint8Array): void
  resize(columns: number, rows: number): void
  /** A named point in time, which a player jumps to. */
  mark(label: string): void
  /** The shell ended. */
  exit(code: number): void
}

/** What a recording is made with; `now` is true time in ms. */
export interface RecordingOptions {
  readonly file: string
  readonly title: string
  readonly columns: number
  readonly rows: number
  now(): number
  /** Told of a write that failed: that event is missing then. */
  problem(error: unknown): void
}

/** Begins a recording, or goes on with the one in the file. */
export function openRecording({ file, title, columns, rows, now, problem }: RecordingOptions): Recording {
  const decoder = new StringDecoder('utf8')
  let last = now()
  let bytes = 0
  if (existsSync(file)) bytes = statSync(file).size
  else add({ version: 3, term: { cols: columns, rows, type: 'xterm-256color' }, timestamp: Math.floor(last / 1000), title })

  function add(line: unknown): void {
    const text = `${JSON.stringify(line)}\n`
    bytes += Buffer.byteLength(text)
    try {
      if (bytes === Buffer.byteLength(text)) writeFileSync(file, text)
      else appendFileSync(file, text)
    } catch (error) {
      problem(error)
    }
  }

  function event(code: 'o' | 'm' | 'r' | 'x', data: string): void {
    const at = now()
    add([Math.max(0, Math.round(at - last)) / 1000, code, data])
    last = at
  }

  return {
    output(chunk) {
      const text = decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
      if (text !== '' && bytes < largest) event('o', text)
    },
    resize: (width, height) => event('r', `${width}x${height}`),
    mark: (label) => event('m', label),
    exit: (code) => event('x', String(code)),
  }
}
