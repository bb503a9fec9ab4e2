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
  const byCluster = new Map<string, Noted>()
  return {
    note(cluster, { resourceVersion, user }) {
      if (resourceVersion === undefined) return
      const noted: Noted = byCluster.get(cluster) ?? { writers: new Map(), versions: [], oldest: 0 }
      byCluster.set(cluster, noted)
      if (!noted.writers.has(resourceVersion)) noted.versions.push(resourceVersion)
      noted.writers.set(resourceVersion, user)
      if (noted.writers.size > remembered) forgetOldest(noted)
    },
    of: (cluster, resourceVersion) => byCluster.get(cluster)?.writers.get(resourceVersion),
  }
}

/** Writers by version, and the versions as they came from `oldest` on: a map alone is slow to find its first key after many were deleted. */
interface Noted {
  readonly writers: Map<string, string>
  versions: string[]
  oldest: number
}

function forgetOldest(noted: Noted): void {
  noted.writers.delete(noted.versions[noted.oldest] ?? '')
  noted.oldest += 1
  if (noted.oldest < remembered) return
  noted.versions = noted.versions.slice(noted.oldest)
  noted.oldest = 0
}
