// Who wrote what last: for each cluster, the user of each of its latest resource versions.
import type { RequestLogEntry } from '../kubernetes/request-log.ts'

/** How many writes per cluster the evidence of "who" goes back. */
const remembered = 2000

/** Remembers writers as a cluster's request log names them. */
export interface Writers {
  note(cluster: string, entry: RequestLogEntry): void
  /** The user who left an object at this resource version; undefined if that is too long ago. */
  of(cluster: string, resourceVersion: string): string | undefined
}

/** Writers of no cluster yet. */
export function createWriters(): Writers {
  const byCluster = new Map<string, Map<string, string>>()
  return {
    note(cluster, { resourceVersion, user }) {
      if (resourceVersion === undefined) return
      const writers = byCluster.get(cluster) ?? new Map<string, string>()
      writers.set(resourceVersion, user)
      const [oldest] = writers.keys()
      if (writers.size > remembered && oldest !== undefined) writers.delete(oldest)
      byCluster.set(cluster, writers)
    },
    of: (cluster, resourceVersion) => byCluster.get(cluster)?.get(resourceVersion),
  }
}
