// Gives each pod its service account, and the account's token as a volume.
import { isObject, type JsonObject } from '../../base/json.ts'
import type { KubernetesObject } from '../object.ts'
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts'
import { isWriteOf, refusal } from './refusal.ts'

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'
const volumePrefix = 'kube-api-access'
const mirror = 'kubernetes.io/config.mirror'

export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  admit(request) {
    const { operation, object, key, context } = request
    if (!object || operation !== 'CREATE' || !isWriteOf(request, '', 'pods') || object.metadata.annotations?.[mirror] !== undefined) return undefined
    const spec = object.spec as JsonObject
    const name = String(spec.serviceAccountName || 'default')
    const namespace = key.namespace ?? ''
    const account = context.get('v1', 'ServiceAccount', { name, namespace })
    if (!account) throw refusal(request, `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`)
    const named: JsonObject = { ...spec, serviceAccountName: name, serviceAccount: name, ...pullSecrets(spec, account) }
    const mounts = spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true
    return { ...object, spec: mounts ? withToken(named, request) : named }
  },
}

function pullSecrets(spec: JsonObject, account: KubernetesObject): JsonObject {
  const own = spec.imagePullSecrets
  const given = account.imagePullSecrets
  return Array.isArray(own) && own.length > 0 ? {} : Array.isArray(given) && given.length > 0 ? { imagePullSecrets: given } : {}
}

/** Adds the token's volume, if it is not there yet, and mounts it in every container that has nothing at its place. */
function withToken(spec: JsonObject, { context }: AdmissionRequest): JsonObject {
  const containers = objects(spec.containers)
  const initContainers = objects(spec.initContainers)
  if ([...containers, ...initContainers].every(isMounted)) return spec
  const volumes = objects(spec.volumes)
  const known = volumes.find((volume) => String(volume.name).startsWith(`${volumePrefix}-`))
  const name = known ? String(known.name) : `${volumePrefix}-${context.suffix(5)}`
  const mount = (container: JsonObject): JsonObject =>
    isMounted(container) ? container : { ...container, volumeMounts: [...objects(container.volumeMounts), { name, readOnly: true, mountPath }] }
  return {
    ...spec,
    volumes: known ? volumes : [...volumes, tokenVolume(name)],
    ...(initContainers.length > 0 && { initContainers: initContainers.map(mount) }),
    containers: containers.map(mount),
  }
}

function isMounted(container: JsonObject): boolean {
  return objects(container.volumeMounts).some((mount) => mount.mountPath === mountPath)
}

function tokenVolume(name: string): JsonObject {
  const sources = [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
  ]
  return { name, projected: { sources, defaultMode: 420 } }
}

function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
