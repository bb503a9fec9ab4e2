// Fills Secrets that ask for a lasting token of a service account, and takes them away with it.
import { isObject, type JsonObject } from '../base/json.ts'
import { at, formatKey, type KubernetesObject, keyOf, parseKey } from '../kubernetes/object.ts'
import { type ControllerContext, defineController } from './controller.ts'
import { configMaps, secrets, serviceAccounts } from './resources.ts'

const type = 'kubernetes.io/service-account-token'
const named = 'kubernetes.io/service-account.name'
const identified = 'kubernetes.io/service-account.uid'
/** As good as lasting: what the server issues has an end. */
const tenYears = 315_360_000

export const serviceAccountTokens = defineController({
  name: 'service-account-token-controller',
  watches: [
    { resource: secrets, keys: (secret, change) => (change === 'DELETED' || !isToken(secret) ? [] : [formatKey(keyOf(secret))]) },
    { resource: serviceAccounts, keys: (account, change) => (change === 'MODIFIED' ? [] : [`${account.metadata.namespace}/*`]) },
  ],
  async reconcile(key: string, context: ControllerContext) {
    const { client, enqueue } = context
    if (key.endsWith('/*')) {
      const { namespace = '' } = parseKey(key)
      const { items } = await client.list(secrets, { namespace, fieldSelector: `type=${type}` })
      for (const secret of items) enqueue(formatKey(keyOf(secret)))
      return undefined
    }
    const secret = await client.get(secrets, parseKey(key))
    if (secret && isToken(secret) && secret.metadata.deletionTimestamp === undefined) await fill(secret, context)
    return undefined
  },
})

function isToken(secret: KubernetesObject): boolean {
  return secret.type === type
}

async function fill(secret: KubernetesObject, { client }: ControllerContext): Promise<void> {
  const { namespace = '', annotations = {}, uid } = secret.metadata
  const name = annotations[named] ?? ''
  const account = name === '' ? undefined : await client.get(serviceAccounts, { namespace, name })
  const known = annotations[identified]
  if (!account || (known !== undefined && known !== account.metadata.uid)) {
    if (known !== undefined) await client.delete(secrets, keyOf(secret))
    return
  }
  const data: JsonObject = isObject(secret.data) ? secret.data : {}
  if (known !== undefined && ['ca.crt', 'namespace', 'token'].every((each) => data[each] !== undefined)) return
  const boundObjectRef = { kind: 'Secret', apiVersion: 'v1', name: secret.metadata.name, uid }
  const spec = { audiences: [], expirationSeconds: tenYears, boundObjectRef }
  const made = await client.postSubresource(serviceAccounts, { namespace, name }, 'token', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: {},
    spec,
  })
  const ca = String(at(await client.get(configMaps, { namespace, name: 'kube-root-ca.crt' }), 'data', 'ca.crt') ?? '')
  const filled = { ...data, 'ca.crt': btoa(ca), namespace: btoa(namespace), token: btoa(String(at(made, 'status', 'token') ?? '')) }
  const marked = { ...secret.metadata, annotations: { ...annotations, [identified]: account.metadata.uid ?? '' } }
  await client.update(secrets, { ...secret, metadata: marked, data: filled })
}
