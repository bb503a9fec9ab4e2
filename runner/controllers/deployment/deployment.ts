// Rolls a Deployment's template out over ReplicaSets (kube-controller-manager `pkg/controller/deployment`).
import { isObject, type JsonObject } from '../../base/json.ts'
import { parseKey } from '../../kubernetes/object.ts'
import { type ControllerContext, defineController, type ReconcileResult } from '../controller.ts'
import { claim, ownerKeys, selects } from '../owners.ts'
import type { ReplicaSet } from '../replica-set.ts'
import { deployments, replicaSets } from '../resources.ts'
import { checkPaused } from './conditions.ts'
import { cleanUp } from './history.ts'
import { recreate } from './recreate.ts'
import { allReplicaSets } from './revisions.ts'
import { rollOver } from './rolling-update.ts'
import { scaleAll } from './scaling.ts'
import { type Deployment, type DeploymentWork, desiredAnnotation, isAlive, isRolling } from './shape.ts'
import { writeStatus } from './status.ts'

export const deploymentController = defineController({
  name: 'deployment-controller',
  watches: [{ resource: deployments }, { resource: replicaSets, keys: ownerKeys('Deployment') }],
  reconcile,
})

async function reconcile(key: string, context: ControllerContext): Promise<ReconcileResult | undefined> {
  if (key.endsWith('/*')) return findAdopters(key, context)
  const { client } = context
  const deployment = (await client.get(deployments, parseKey(key))) as Deployment | undefined
  if (!deployment) return undefined
  if (Object.keys(deployment.spec.selector).length === 0) return refuseToSelectAll(deployment, context)
  const { namespace = '' } = deployment.metadata
  const { items } = await client.list(replicaSets, { namespace })
  const sets = (await claim(client, deployment, { resource: replicaSets, objects: items })) as readonly ReplicaSet[]
  const work: DeploymentWork = { deployment, sets, context }
  if (deployment.metadata.deletionTimestamp !== undefined) return writeStatus(work, await allReplicaSets(work, { make: false }))
  work.deployment = await checkPaused(work)
  if (work.deployment.spec.paused || isScaling(work)) return syncScale(work)
  return isRolling(work.deployment) ? rollOver(work) : recreate(work)
}

async function refuseToSelectAll(deployment: Deployment, { event }: ControllerContext): Promise<undefined> {
  await event(deployment, { type: 'Warning', reason: 'SelectingAll', message: 'This deployment is selecting all pods. A non-empty selector is required.' })
  return undefined
}

async function findAdopters(key: string, { client, enqueue }: ControllerContext): Promise<undefined> {
  const { namespace = '' } = parseKey(key)
  const { items } = await client.list(replicaSets, { namespace })
  const orphans = items.filter(({ metadata }) => !metadata.ownerReferences?.some(({ controller }) => controller))
  for (const deployment of (await client.list(deployments, { namespace })).items) {
    const { selector } = deployment.spec as JsonObject
    if (isObject(selector) && orphans.some((set) => selects(selector, set))) enqueue(`${namespace}/${deployment.metadata.name}`)
  }
  return undefined
}

/** The number of replicas was changed since the live ReplicaSets were last sized. */
function isScaling({ deployment, sets }: DeploymentWork): boolean {
  return sets.filter(isAlive).some((set) => {
    const desired = set.metadata.annotations?.[desiredAnnotation]
    return desired !== undefined && Number(desired) !== deployment.spec.replicas
  })
}

/** What a look at the revisions wrote is the real controller's conflict a moment later: it begins again where it read what is old by then. */
async function syncScale(work: DeploymentWork): Promise<ReconcileResult | undefined> {
  const { deployment: before, sets } = work
  const all = await allReplicaSets(work, { make: false })
  const { paused } = work.deployment.spec
  if (!paused && all.current && !sets.includes(all.current)) return undefined
  await scaleAll(work, all)
  if (paused) await cleanUp(work, all)
  return work.deployment === before ? writeStatus(work, all) : undefined
}
