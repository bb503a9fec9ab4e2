// The resources of the metrics API (metrics.k8s.io/v1beta1): read only, measured when they are asked for, kept nowhere.
import type { Column, ResourceInfo } from '../kind.ts'

/** The group of the metrics API. */
export const metricsGroup = 'metrics.k8s.io'

/** The resources in discovery order. */
export const metricsResources: readonly ResourceInfo[] = [metricsResource('NodeMetrics', 'nodes', false), metricsResource('PodMetrics', 'pods', true)]

function metricsResource(kind: string, plural: string, namespaced: boolean): ResourceInfo {
  return {
    group: metricsGroup,
    version: 'v1beta1',
    plural,
    kind,
    namespaced,
    singular: '',
    listKind: `${kind}List`,
    shortNames: [],
    categories: [],
    verbs: ['get', 'list'],
    subresources: [],
    columns: [
      column('Name', 'name', 'Name of the resource'),
      column('cpu', 'quantity', ''),
      column('memory', 'quantity', ''),
      column('Window', 'duration', ''),
    ],
    storageVersionHash: '',
    storageVersion: 'v1beta1',
    source: 'aggregated',
  }
}

function column(name: string, format: string, description: string): Column {
  return { name, type: 'string', format, description, priority: 0 }
}
