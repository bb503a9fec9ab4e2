// NodeMetrics and PodMetrics: only how they are printed.
import { isObject, type Json } from '../../../base/json.ts'
import { defineKind, type KindRules } from '../../kind.ts'
import { at, type KubernetesObject } from '../../object.ts'
import { addQuantities, parseQuantity } from '../../quantity.ts'

/** metrics.k8s.io/v1beta1 NodeMetrics. */
export const nodeMetrics = metricsKind('NodeMetrics', (object) => [at(object, 'usage')])

/** metrics.k8s.io/v1beta1 PodMetrics; a row shows the sum of its containers. */
export const podMetrics = metricsKind('PodMetrics', (object) => {
  const containers = at(object, 'containers')
  return (Array.isArray(containers) ? containers : []).filter(isObject).map(({ usage }) => usage)
})

function metricsKind(kind: string, usages: (object: KubernetesObject) => readonly (Json | undefined)[]): KindRules {
  return defineKind({
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind,
    cells(object) {
      const sum = (resource: string): string =>
        usages(object)
          .map((usage) => parseQuantity(String(at(usage, resource) ?? '0')))
          .reduce(addQuantities, parseQuantity('0')).text
      return [object.metadata.name ?? '', sum('cpu'), sum('memory'), String(at(object, 'window') ?? '')]
    },
  })
}
