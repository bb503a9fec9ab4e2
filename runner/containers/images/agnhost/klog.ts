// Lines as Go's klog prints them.
import { formatDate } from '../../commands/date.ts'
import type { Process } from '../../process.ts'

/** A line of the log: `I1128 20:01:02.000000       1 log.go:245] TEXT`. */
export function logLine(process: Process, text: string, from = 'log.go:245'): string {
  return `${formatDate(process.now(), 'I%m%d %H:%M:%S.000000')}       1 ${from}] ${text}\n`
}
