// The kubeconfig of clusters that exist: which contexts there are, and a client for each.
import { existsSync } from 'node:fs'
import { type Context, KubeConfig } from '@kubernetes/client-node'
import type { Client } from '../kubernetes/client.ts'
import { createFetchClient } from '../kubernetes/fetch-client.ts'
import { FormError } from '../labs/world-file.ts'
import { httpsFetch } from './https-fetch.ts'

/** A cluster that exists, under the name that a lab gives it. */
export interface RealCluster {
  /** As the lab calls it: `hub`, `east`. */
  readonly name: string
  readonly role: 'hub' | 'member'
  /** Its context in the kubeconfig that was given. */
  readonly context: string
  readonly server: string
  readonly client: Client
}

/** Reads a kubeconfig as kubectl reads it. Throws `FormError`. */
export function readKubeconfig(file: string): KubeConfig {
  if (!existsSync(file)) throw new FormError(file, ['There is no such file: expected a kubeconfig'])
  const config = new KubeConfig()
  try {
    config.loadFromFile(file)
  } catch (error) {
    throw new FormError(file, [`Cannot be read as a kubeconfig: ${error instanceof Error ? error.message : String(error)}`])
  }
  return config
}

/** The cluster behind a context of a kubeconfig; credentials are fetched when they are needed. Throws `FormError` for a context that is not there. */
export function clusterOf(config: KubeConfig, file: string, named: Pick<RealCluster, 'name' | 'role' | 'context'>): RealCluster {
  const { server } = config.getCluster(contextOf(config, file, named.context).cluster) ?? {}
  if (!server) throw new FormError(file, [`The context "${named.context}" names no cluster with a server`])
  const own = new KubeConfig()
  own.loadFromOptions({ clusters: config.clusters, users: config.users, contexts: config.contexts, currentContext: named.context })
  return { ...named, server, client: createFetchClient({ server, fetch: httpsFetch(own), headers: { 'user-agent': 'drydock-checks' } }) }
}

/** A kubeconfig, as JSON, in which each cluster stands under the context that the lab's commands use, and no other. */
export function shellKubeconfig(config: KubeConfig, clusters: readonly (Pick<RealCluster, 'context'> & { readonly shown: string })[]): string {
  const own = new KubeConfig()
  const contexts = clusters.map(({ context, shown }): Context => {
    const { cluster, user } = contextOf(config, 'kubeconfig', context)
    return { name: shown, cluster, user }
  })
  own.loadFromOptions({ clusters: config.clusters, users: config.users, contexts, currentContext: contexts[0]?.name ?? '' })
  return own.exportConfig()
}

function contextOf(config: KubeConfig, file: string, name: string): Context {
  const found = config.getContextObject(name)
  if (found) return found
  const known = config.contexts.map((context) => `"${context.name}"`).join(', ')
  throw new FormError(file, [`There is no context "${name}": expected one of ${known || '(none)'}`])
}
