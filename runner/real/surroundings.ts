// Clusters that exist, as checks see them: read-only, with the rights of whoever the kubeconfig names. There is no request log.
import type { AzureSource, Surroundings } from '../checks/view.ts'
import type { RealCluster } from './kubeconfig.ts'

/** Surroundings made over real clusters, and over Azure where somebody is signed in there; `later` calls back after a while. */
export function realSurroundings(
  clusters: readonly RealCluster[],
  { azure, later }: { readonly azure: AzureSource | undefined; later(again: () => void): void },
): Surroundings {
  const sources = clusters.map(({ role, context, client }) => ({ role, name: context, client }))
  return {
    clusters: () => sources,
    onChange: () => () => undefined,
    writer: () => undefined,
    later,
    ...(azure ? { azure } : {}),
  }
}
