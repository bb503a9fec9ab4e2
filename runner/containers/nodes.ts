// The nodes of a cluster as their pods see them: their files, what was written to them, and what their containers printed.
import { at } from '../kubernetes/object.ts'
import type { Entry, Writes } from './files.ts'
import type { LogLine } from './log.ts'
import { nodeLogs } from './node-logs.ts'
import type { NodeGround } from './node-volume.ts'
import { type ClusterReader, containerNames, restartsOf, runningSince } from './pod.ts'
import type { ReachedLog } from './sleeps.ts'

/** What nodes are read from. */
interface NodesOptions {
  readonly runtime: ReachedLog & { readonly reader: ClusterReader; readonly net: { readonly nameserver: string }; readonly clock: { now(): number } }
  writes(key: string): Writes
  /** What a run has printed, by its uid, container and number with slashes between. */
  log(run: string): readonly LogLine[] | undefined
}

interface Seen {
  readonly now: number
  readonly lines: number
  readonly entries: ReadonlyMap<string, Entry>
}

/** The nodes of a cluster. */
export class Nodes implements NodeGround {
  readonly #options: NodesOptions
  readonly #seen = new Map<string, Seen>()

  constructor(options: NodesOptions) {
    this.#options = options
  }

  get reader(): ClusterReader {
    return this.#options.runtime.reader
  }

  get nameserver(): string {
    return this.#options.runtime.net.nameserver
  }

  writes(key: string): Writes {
    return this.#options.writes(key)
  }

  /** Programs that nobody looked at yet begin now, and have printed something when one looks again. */
  logs(node: string): ReadonlyMap<string, Entry> {
    const { runtime, log } = this.#options
    const now = runtime.clock.now()
    let lines = 0
    for (const pod of this.reader.list('v1', 'Pod'))
      if (at(pod, 'spec', 'nodeName') === node)
        for (const name of containerNames(pod)) {
          const printed = log(`${pod.metadata.uid}/${name}/${restartsOf(pod, name)}`)
          lines += printed?.length ?? 0
          if (!printed && runningSince(pod, name) !== undefined) void runtime.run(pod, name)
        }
    const seen = this.#seen.get(node)
    if (seen && seen.now === now && seen.lines === lines) return seen.entries
    const entries = nodeLogs(node, { reader: this.reader, log: (uid, name, restarts) => log(`${uid}/${name}/${restarts}`), now })
    this.#seen.set(node, { now, lines, entries })
    return entries
  }
}
