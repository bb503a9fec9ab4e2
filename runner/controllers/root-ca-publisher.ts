// Puts the cluster's CA bundle into every namespace, and puts it back when somebody changes it.
import { equal } from '../base/json.ts'
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import { type ControllerContext, defineController } from './controller.ts'
import { configMaps, namespaces } from './resources.ts'

const name = 'kube-root-ca.crt'
const description =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. ' +
  'No other usage is guaranteed across distributions of Kubernetes clusters.'

/** The ConfigMap of a namespace, as it must be. */
export function rootCaConfigMap(namespace: string, caPem: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, annotations: { 'kubernetes.io/description': description } },
    data: { 'ca.crt': caPem },
  }
}

export const rootCaPublisher = defineController({
  name: 'root-ca-certificate-publisher-controller',
  watches: [
    { resource: namespaces, keys: (object, change) => (change === 'DELETED' ? [] : [object.metadata.name ?? '']) },
    { resource: configMaps, keys: (object) => (object.metadata.name === name ? [object.metadata.namespace ?? ''] : []) },
  ],
  async reconcile(namespace: string, context: ControllerContext) {
    const found = await context.client.get(namespaces, { name: namespace })
    const caPem = await rootCa(context)
    if (!found || found.metadata.deletionTimestamp !== undefined || caPem === undefined) return undefined
    const wanted = rootCaConfigMap(namespace, caPem)
    const stored = await context.client.get(configMaps, { namespace, name })
    if (!stored) await context.client.create(configMaps, wanted)
    else if (!equal(stored.data, wanted.data)) await context.client.update(configMaps, { ...stored, data: wanted.data })
    return undefined
  },
})

/** The bundle: a setting, or what the cluster was born with. */
async function rootCa({ client, settings }: ControllerContext): Promise<string | undefined> {
  if (settings.rootCa !== undefined) return settings.rootCa
  const born = at(await client.get(configMaps, { namespace: 'kube-system', name }), 'data', 'ca.crt')
  return typeof born === 'string' ? born : undefined
}
