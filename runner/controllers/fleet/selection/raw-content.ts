// What of a hub's object goes into a resource snapshot: all but what the server of the hub manages (`generateRawContent`).
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'

/** An object as it is placed. */
export function rawContent(object: KubernetesObject): KubernetesObject {
  const { status: _status, ...rest } = object
  const stripped = { ...rest, metadata: strippedMetadata(object) } as KubernetesObject
  return kindRules[object.kind]?.(stripped) ?? stripped
}

const droppedAnnotations = ['kubectl.kubernetes.io/last-applied-configuration', 'deployment.kubernetes.io/revision']

function strippedMetadata({ metadata }: KubernetesObject): JsonObject {
  const { annotations = {}, labels, finalizers, name, namespace, generateName } = metadata
  const kept = Object.fromEntries(Object.entries(annotations).filter(([key]) => !droppedAnnotations.includes(key)))
  return {
    ...(Object.keys(kept).length === 0 ? {} : { annotations: kept }),
    ...(finalizers === undefined ? {} : { finalizers }),
    ...(generateName === undefined ? {} : { generateName }),
    ...(labels === undefined ? {} : { labels }),
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
  }
}

const kindRules: Readonly<Record<string, (object: KubernetesObject) => KubernetesObject | undefined>> = {
  Service(object) {
    if (object.apiVersion !== 'v1' || !isObject(object.spec)) return undefined
    const { clusterIP, clusterIPs, healthCheckNodePort: _, ports, ...spec } = object.spec
    const headless = clusterIP === 'None' ? { clusterIP, ...(clusterIPs === undefined ? {} : { clusterIPs }) } : {}
    return { ...object, spec: { ...spec, ...headless, ...(Array.isArray(ports) ? { ports: ports.map(withoutNodePort) } : {}) } }
  },
  Job(object) {
    if (object.apiVersion !== 'batch/v1' || !isObject(object.spec) || object.spec.manualSelector === true) return undefined
    const { selector: _, template, ...spec } = object.spec
    return { ...object, metadata: withoutJobLabels(object.metadata), spec: { ...spec, ...(isObject(template) ? { template: jobTemplate(template) } : {}) } }
  },
}

function withoutNodePort(port: Json): Json {
  if (!isObject(port)) return port
  const { nodePort: _, ...rest } = port
  return rest
}

const jobLabels = ['controller-uid', 'batch.kubernetes.io/controller-uid', 'job-name', 'batch.kubernetes.io/job-name']

function jobTemplate(template: JsonObject): JsonObject {
  const metadata = at(template, 'metadata')
  return isObject(metadata) ? { ...template, metadata: withoutJobLabels(metadata) } : template
}

function withoutJobLabels<meta extends { readonly labels?: unknown }>(metadata: meta): meta {
  if (!isObject(metadata.labels)) return metadata
  return { ...metadata, labels: Object.fromEntries(Object.entries(metadata.labels).filter(([key]) => !jobLabels.includes(key))) }
}
