// Who wrote what last: for each cluster, the user of each of its latest resource versions.
import type { RequestLogEntry } from '../kubernetes/request-log.ts'

/** How many writes per cluster the evidence of "who" goes back at least; at most twice as many. */
const remembered = 2000

/** Remembers writers as a cluster's request log names them. */
export interface Writers {
  note(cluster: string, entry: RequestLogEntry): void
  /** The user who left an object at this resource version; undefined if that is too long ago. */
  of(cluster: string, resourceVersion: string): string | undefined
}

/** Writers by version: the latest, and as many that came before them. */
interface Noted {
  latest: Map<string, string>
  before: ReadonlyMap<string, string>
}

/** Writers of no cluster yet. */
export function createWriters(): Writers {
  const byCluster = new Map<string, Noted>()
  return {
    note(cluster, { resourceVersion, user }) {
      if (resourceVersion === undefined) return
      const noted = byCluster.get(cluster) ?? { latest: new Map(), before: new Map() }
      byCluster.set(cluster, noted)
      noted.latest.set(resourceVersion, user)
      if (noted.latest.size < remembered) return
      noted.before = noted.latest
      noted.latest = new Map()
    },
    of(cluster, resourceVersion) {
      const noted = byCluster.get(cluster)
      return noted?.latest.get(resourceVersion) ?? noted?.before.get(resourceVersion)
    },
  }
}
