// Reads what the player page needs of an asciicast: when it was recorded, how long it is, and its marks.

/** A mark in a recording, seconds from its beginning. */
export interface Mark {
  readonly at: number
  readonly label: string
}

/** What a recording says about itself. */
export interface Summary {
  readonly startedAt: Date | undefined
  readonly seconds: number
  readonly marks: readonly Mark[]
}

/** Reads an asciicast v3: a header, then events whose times count from the event before. A torn last line is left out. */
export function readCast(text: string): Summary {
  const [head = '', ...lines] = text.split('\n')
  const { timestamp } = parse<{ timestamp?: number }>(head) ?? {}
  const marks: Mark[] = []
  let seconds = 0
  for (const line of lines) {
    if (!line.startsWith('[')) continue
    const event = parse<[number, string, string]>(line)
    if (!event) continue
    seconds += event[0]
    if (event[1] === 'm') marks.push({ at: seconds, label: event[2] })
  }
  return { startedAt: timestamp === undefined ? undefined : new Date(timestamp * 1000), seconds, marks }
}

/** Seconds as a player shows them: 4:05. */
export function minutesAndSeconds(seconds: number): string {
  const whole = Math.floor(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

function parse<value>(line: string): value | undefined {
  try {
    return JSON.parse(line) as value
  } catch {
    return undefined
  }
}
