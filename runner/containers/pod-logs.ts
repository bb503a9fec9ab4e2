// Logs of containers, as they are asked for.
import type { KubernetesObject } from '../kubernetes/object.ts'
import type { LogQuery } from '../kubernetes/pod-connections.ts'
import { StatusError } from '../kubernetes/status-error.ts'
import { toBytes } from './bytes.ts'
import { type LogLine, lineText, logText } from './log.ts'
import { pump } from './pump.ts'
import type { Run } from './run.ts'
import type { Runtime } from './runtime.ts'

/** What a container printed, as text, or as a stream for who follows it. Throws BadRequest where there was no earlier run. */
export async function logs(runtime: Runtime, pod: KubernetesObject, query: LogQuery): Promise<string | ReadableStream<Uint8Array>> {
  const run = await runtime.run(pod, query.container, query.previous)
  if (!run) {
    if (query.previous) throw new StatusError('BadRequest', `previous terminated container "${query.container}" in pod "${pod.metadata.name}" not found`)
    return ''
  }
  const { sinceSeconds, sinceTime, ...wanted } = query
  const since = sinceTime !== undefined ? Date.parse(sinceTime) : sinceSeconds !== undefined ? runtime.clock.now() - sinceSeconds * 1000 : undefined
  const text = logText(run.log, { ...wanted, ...(since !== undefined && { sinceTime: since }) })
  if (!query.follow || run.end) return toText(text)
  return followed(runtime, run, { text, query })
}

function toText(bytes: string): string {
  return new TextDecoder().decode(toBytes(bytes))
}

/** What may wait for somebody who follows a log, bytes. */
const mostUnread = 2 * 2 ** 20

/** What there is and what comes, until the program ends or nobody reads. */
function followed(runtime: Runtime, run: Run, { text, query }: { readonly text: string; readonly query: LogQuery }): ReadableStream<Uint8Array> {
  const gone = new AbortController()
  let watcher: ((stream: 'out' | 'err', bytes: string) => void) | undefined
  const source = {
    start(controller: ReadableStreamDefaultController<Uint8Array>): void {
      if (text !== '') controller.enqueue(toBytes(text))
      watcher = (stream, bytes) => {
        if (query.stream !== undefined && query.stream !== stream) return
        // Whoever reads too slowly misses what is printed meanwhile, as of a file that is begun anew.
        if ((controller.desiredSize ?? 0) < 0) return
        const line: LogLine = [run.now(), stream, bytes.replace(/\n$/, ''), bytes.endsWith('\n')]
        controller.enqueue(toBytes(query.timestamps ? lineText(line, true) : bytes))
      }
      run.watchers.add(watcher)
      void pump(runtime, run, gone.signal).then(() => {
        if (watcher) run.watchers.delete(watcher)
        if (!gone.signal.aborted) controller.close()
      })
    },
    cancel(): void {
      gone.abort()
    },
  }
  return new ReadableStream<Uint8Array>(source, new ByteLengthQueuingStrategy({ highWaterMark: mostUnread }))
}
