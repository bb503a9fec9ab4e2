// The cluster behind a managed cluster becomes what the resource says; nodes are drained for it, and that takes as long as it takes.
import { error } from '../../arm-error.ts'
import type { AzureContext } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'
import { drainTimeout } from './member-upgrade.ts'

const lookAgain = { real: 5000, short: 1000 }

/** Undefined once it is so, or the world time of the next look, ms. `shown` is the cluster as it is to be; throws where a node cannot be drained for too long. */
export async function fitCluster(shown: Resource, context: AzureContext): Promise<number | undefined> {
  const now = context.clock.now()
  const progress = (await context.hooks.managedCluster?.updated?.(shown)) ?? { done: true }
  const since = progress.done || progress.blocked === undefined ? undefined : Number(context.store.get(shown.id)?.inner?.blockedSince ?? now)
  remember(shown, since, context)
  if (progress.done) return undefined
  if (since !== undefined && now - since >= drainTimeout[context.durations]) {
    remember(shown, undefined, context)
    // The service names its own pages here; the words of the API server are the ones that matter.
    throw error(400, 'UpgradeFailed', `Drain of a node failed: ${progress.blocked}`)
  }
  return now + lookAgain[context.durations]
}

function remember({ id }: Resource, blockedSince: number | undefined, context: AzureContext): void {
  const stored = context.store.get(id)
  if (!stored || stored.inner?.blockedSince === blockedSince) return
  const { blockedSince: _, ...inner } = stored.inner ?? {}
  context.store.put({ ...stored, inner: { ...inner, ...(blockedSince === undefined ? {} : { blockedSince }) } })
}
