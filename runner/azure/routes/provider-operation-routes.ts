// What may be done with each type: the operations that roles name.
import type { JsonObject } from '../../base/json.ts'
import { armErrors } from '../arm-error.ts'
import { listResponse, textResponse } from '../arm-response.ts'
import { resourceTypes } from '../providers/index.ts'
import type { ResourceType } from '../resource-type.ts'
import type { Route } from '../route.ts'

/** Routes of operations that there are. */
export const providerOperationRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/providers/{namespace}/operations',
    answer(request, names) {
      const rows = rowsOf(names.namespace ?? '')
      const [namespace = ''] = rows[0]?.type.split('/') ?? []
      const operations = rows.flatMap((row) => operationsOf(row).map(({ name, operation }) => ({ name, display: display(namespace, row, operation) })))
      return listResponse(operations, request)
    },
  },
  {
    method: 'GET',
    path: '/providers/Microsoft.Authorization/providerOperations/{namespace}',
    answer: (_request, names) => textResponse(JSON.stringify(provider(names.namespace ?? ''))),
  },
  {
    method: 'GET',
    path: '/providers/Microsoft.Authorization/providerOperations',
    answer: (request) => listResponse([...new Set(resourceTypes.map(({ type }) => type.split('/')[0] ?? ''))].map(provider), request),
  },
]

function rowsOf(namespace: string): readonly ResourceType[] {
  const rows = resourceTypes.filter(({ type }) => type.toLowerCase().startsWith(`${namespace.toLowerCase()}/`))
  if (rows.length === 0) throw armErrors.namespaceInvalid(namespace)
  return rows
}

function provider(namespace: string): JsonObject {
  const rows = rowsOf(namespace)
  const [name = ''] = rows[0]?.type.split('/') ?? []
  return {
    displayName: name,
    id: `/providers/Microsoft.Authorization/providerOperations/${name}`,
    name,
    type: 'Microsoft.Authorization/providerOperations',
    operations: [],
    resourceTypes: rows.map((row) => ({
      displayName: row.type.slice(name.length + 1),
      name: row.type.slice(name.length + 1),
      operations: operationsOf(row).map(({ name: action, operation }) => ({
        name: action,
        displayName: operation,
        description: operation,
        isDataAction: false,
        origin: 'user,system',
        properties: null,
      })),
    })),
  }
}

function operationsOf(row: ResourceType): readonly { readonly name: string; readonly operation: string }[] {
  const what = row.type.split('/').slice(1).join('/')
  return [
    { name: `${row.type}/read`, operation: `Get ${what}` },
    ...(row.put ? [{ name: `${row.type}/write`, operation: `Create or update ${what}` }] : []),
    ...(row.remove ? [{ name: `${row.type}/delete`, operation: `Delete ${what}` }] : []),
    ...(row.actions ?? []).map(({ name }) => ({ name: `${row.type}/${name}/action`, operation: `${name} of ${what}` })),
  ]
}

function display(namespace: string, row: ResourceType, operation: string): JsonObject {
  return { provider: namespace, resource: row.type.slice(namespace.length + 1), operation, description: operation }
}
