// Gives pods the zone and region of their node as labels, when they are bound to it or made on it (1.35 has this on by default).
import { at, type KubernetesObject } from '../object.ts'
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts'

const copied = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region']

export const podTopologyLabels: AdmissionPlugin = {
  name: 'PodTopologyLabels',
  admit(request) {
    const node = nodeOf(request)
    const { object, context } = request
    if (!object || node === '') return undefined
    const labels = context.get('v1', 'Node', { name: node })?.metadata.labels ?? {}
    const known = copied.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]] as const]))
    if (known.length === 0) return undefined
    return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...Object.fromEntries(known) } } }
  },
}

/** The node of a new pod that has one, or of a binding that says it is to a node. */
function nodeOf({ operation, resource, subresource, object }: AdmissionRequest): string {
  if (operation !== 'CREATE' || resource.group !== '' || resource.plural !== 'pods' || !object) return ''
  if (subresource === '') return nameAt(object, 'spec', 'nodeName')
  return subresource === 'binding' && at(object, 'target', 'kind') === 'Node' ? nameAt(object, 'target', 'name') : ''
}

function nameAt(object: KubernetesObject, ...path: readonly string[]): string {
  const name = at(object, ...path)
  return typeof name === 'string' ? name : ''
}
