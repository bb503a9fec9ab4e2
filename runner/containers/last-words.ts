// The termination message of a container: its file, or the end of its log (kubelet `kuberuntime_container.go`).
import { at } from '../kubernetes/object.ts'
import { decodeText } from './bytes.ts'
import type { Files } from './files.ts'
import { type LogLine, lineText } from './log.ts'
import type { ContainerSpec } from './pod.ts'

const most = { file: 4096, log: 2048, lines: 80 }

/** What a program left; undefined if it left nothing. */
export function lastWords(
  { whole }: ContainerSpec,
  code: number,
  { files, log }: { readonly files: Files; readonly log: readonly LogLine[] },
): string | undefined {
  const path = String(whole.terminationMessagePath ?? '/dev/termination-log')
  const file = files.stat(path)
  const written = file?.kind === 'file' ? decodeText(file.content).slice(0, most.file) : ''
  if (written !== '') return written
  if (at(whole, 'terminationMessagePolicy') !== 'FallbackToLogsOnError' || code === 0) return undefined
  const end = log.slice(-most.lines).map((line) => lineText(line, false))
  const text = decodeText(end.join('')).slice(-most.log)
  return text === '' ? undefined : text
}
