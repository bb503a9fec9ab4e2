// The logs of a node's containers, where agents that collect them look: a file for each run in `/var/log/pods`, a link to the present one in `/var/log/containers`.
import { at } from '../kubernetes/object.ts'
import type { Entry } from './files.ts'
import { type LogLine, stamp } from './log.ts'
import { type ClusterReader, containerNames, restartsOf, statusOf } from './pod.ts'

/** What logs are read from. */
export interface NodeLogsGround {
  readonly reader: ClusterReader
  /** What a run of a container has printed; undefined for one that is not kept any more, or never began. */
  log(uid: string, container: string, restarts: number): readonly LogLine[] | undefined
  /** World time, ms. */
  readonly now: number
}

/** The folders, files and links of a node's logs, by their paths from the root. */
export function nodeLogs(node: string, { reader, log, now }: NodeLogsGround): ReadonlyMap<string, Entry> {
  const folder: Entry = { kind: 'folder', mode: 0o755, at: now }
  const entries = new Map<string, Entry>([
    ['var/log/pods', folder],
    ['var/log/containers', folder],
  ])
  for (const pod of reader.list('v1', 'Pod')) {
    if (at(pod, 'spec', 'nodeName') !== node || at(pod, 'status', 'containerStatuses') === undefined) continue
    const { name = '', namespace = '', uid = '' } = pod.metadata
    const home = `var/log/pods/${namespace}_${name}_${uid}`
    entries.set(home, folder)
    for (const container of containerNames(pod)) {
      const id = String(statusOf(pod, container)?.containerID ?? '').replace(/^\w+:\/\//, '')
      if (id === '') continue
      entries.set(`${home}/${container}`, folder)
      const last = restartsOf(pod, container)
      for (const run of last > 0 ? [last - 1, last] : [last]) {
        const lines = log(uid, container, run) ?? (run === last ? [] : undefined)
        if (lines) entries.set(`${home}/${container}/${run}.log`, { kind: 'file', content: textOf(lines), mode: 0o640, at: now })
      }
      entries.set(`var/log/containers/${name}_${namespace}_${container}-${id}.log`, { kind: 'link', target: `/${home}/${container}/${last}.log`, at: now })
    }
  }
  return entries
}

/** Lines as the container runtime writes them (CRI): when, the stream, whether the line is full, what. */
function textOf(lines: readonly LogLine[]): string {
  return lines.map(([time, stream, text, full]) => `${stamp(time)} std${stream} ${full ? 'F' : 'P'} ${text}\n`).join('')
}
