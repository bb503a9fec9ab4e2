// What containers printed: pieces with their times, cut to lines as the kubelet keeps them.

/** A line, or a part of one: when, on which stream, what, and whether it is whole. */
export type LogLine = readonly [at: number, stream: 'out' | 'err', text: string, whole: boolean]

const most = 4000
/** A file of a log is full with ten mebibytes and another is begun (kubelet `containerLogMaxSize`); only the last is told from. */
const mostBytes = 10 * 2 ** 20
/** Longer pieces of a line without an end are kept apart. */
const longest = 2 ** 18

/** Adds what was printed. */
export function addToLog(log: LogLine[], at: number, stream: 'out' | 'err', bytes: string): void {
  for (const piece of bytes.split(/(?<=\n)/)) {
    if (piece === '') continue
    const last = log.at(-1)
    const whole = piece.endsWith('\n')
    const text = whole ? piece.slice(0, -1) : piece
    if (last && !last[3] && last[1] === stream && last[2].length < longest) log[log.length - 1] = [last[0], stream, last[2] + text, whole]
    else log.push([at, stream, text, whole])
  }
  if (log.length > most * 1.25) log.splice(0, log.length - most)
}

/** A log whose bytes are counted by whoever adds to it: cut where it is too long. Gives how many bytes it has then. */
export function cutLog(log: LogLine[], bytes: number): number {
  if (bytes <= mostBytes * 1.25) return bytes
  let [kept, first] = [0, log.length]
  while (first > 0 && kept + lengthAt(log, first - 1) <= mostBytes) {
    first -= 1
    kept += lengthAt(log, first)
  }
  log.splice(0, first)
  return kept
}

/** How many bytes a log has. */
export function bytesIn(log: readonly LogLine[]): number {
  return log.reduce((sum, [, , text]) => sum + text.length, 0)
}

function lengthAt(log: readonly LogLine[], index: number): number {
  return log[index]?.[2].length ?? 0
}

/** Which lines are wanted, in the words of the API. */
export interface LogOptions {
  readonly tailLines?: number
  readonly sinceTime?: number
  readonly limitBytes?: number
  readonly timestamps: boolean
  readonly stream?: 'out' | 'err'
}

/** The text of a log. */
export function logText(log: readonly LogLine[], options: LogOptions): string {
  const { tailLines, sinceTime, limitBytes } = options
  let lines = log.filter(([at, stream]) => (sinceTime === undefined || at >= sinceTime) && (options.stream === undefined || stream === options.stream))
  if (tailLines !== undefined) lines = tailLines === 0 ? [] : lines.slice(-tailLines)
  const text = lines.map((line) => lineText(line, options.timestamps)).join('')
  return limitBytes === undefined ? text : text.slice(0, limitBytes)
}

/** One line as it is shown. */
export function lineText([at, , text, whole]: LogLine, timestamps: boolean): string {
  return `${timestamps ? `${stamp(at)} ` : ''}${text}${whole ? '\n' : ''}`
}

/** A time with nanoseconds, without zeros at its end. */
export function stamp(at: number): string {
  const date = new Date(at).toISOString()
  return `${date.slice(0, 19)}.${date.slice(20, 23)}000000Z`
}
