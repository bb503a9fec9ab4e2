// The world's time between two messages, and spans of it in words.
import type { ClockMessage } from '#runner/http/messages.ts'

/** World time of a clock at a true time, ms since 1970. */
export function worldTime(clock: ClockMessage, at: number): number {
  return clock.running ? clock.now + Math.max(0, at - clock.at) * clock.pace : clock.now
}

/** A span in words, as short as can be: "4 min 10 s". */
export function spanInWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
