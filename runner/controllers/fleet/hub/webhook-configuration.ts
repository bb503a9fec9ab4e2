// The hub agent registers its webhooks when it starts. The hub's API server asks them as plugins (admission/); these are
// the objects by which a user sees that they are there.
import type { JsonObject } from '../../../base/json.ts'
import type { KubernetesObject, OwnerReference, Resource } from '../../../kubernetes/object.ts'
import { type ControllerDefinition, defineController } from '../../controller.ts'
import configurations from '../admission/webhook-configurations.json' with { type: 'json' }
import { managers, systemNamespace } from '../names.ts'
import { namespaces } from '../resources.ts'

/** What the hub agent was started with. */
export interface WebhookOptions {
  readonly webhooks: boolean
  readonly guardRail: boolean
}

const guardRailName = 'fleet-guard-rail-webhook-configuration'

/** One key: the agent's namespace, which owns the configurations. */
export function webhookConfiguration({ webhooks, guardRail }: WebhookOptions): ControllerDefinition {
  const wanted = configurations.filter(({ name }) => webhooks && (guardRail || name !== guardRailName))
  return defineController({
    name: 'fleet-webhook-configuration',
    fieldManager: managers.hub,
    watches: [{ resource: namespaces, keys: ({ metadata }) => (metadata.name === systemNamespace ? [systemNamespace] : []) }],
    async reconcile(key, { client }) {
      const namespace = await client.get(namespaces, { name: key })
      if (!namespace) return undefined
      for (const configuration of wanted) {
        const resource = resourceOf(configuration.kind)
        if (!(await client.get(resource, { name: configuration.name }))) await client.create(resource, configurationObject(configuration, namespace))
      }
      return undefined
    },
  })
}

type Configuration = (typeof configurations)[number]

function resourceOf(kind: string): Resource {
  return { group: 'admissionregistration.k8s.io', version: 'v1', plural: `${kind.toLowerCase()}s`, kind, namespaced: false }
}

function configurationObject({ kind, name, owned, webhooks }: Configuration, namespace: KubernetesObject): KubernetesObject {
  const owner: OwnerReference = { apiVersion: 'v1', blockOwnerDeletion: false, kind: 'Namespace', name: systemNamespace, uid: namespace.metadata.uid ?? '' }
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name, labels: { 'admissions.enforcer/disabled': 'true' }, ...(owned ? { ownerReferences: [owner] } : {}) },
    webhooks: webhooks.map((webhook) => webhookObject(webhook)),
  }
}

const address = 'https://fleetwebhook.fleet-system.svc.cluster.local:9443'

/** The agent's own certificate, which nobody outside the hub has to believe. */
const caBundle = btoa('-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n')

function webhookObject({ path, ...webhook }: Configuration['webhooks'][number]): JsonObject {
  return {
    ...webhook,
    admissionReviewVersions: ['v1', 'v1beta1'],
    clientConfig: { caBundle, url: `${address}${path}` },
    matchPolicy: 'Equivalent',
    sideEffects: 'None',
  }
}
