// Ids of Azure resources, as az checks and takes them apart.

const pattern = /^\/subscriptions\/[^/]+(?:\/resourceGroups\/[^/]+)?(?:\/providers\/([^/]+)((?:\/[^/]+\/[^/]+)*))?/i

/** True for `/subscriptions/…` with matching pairs below. */
export function isResourceId(text: string): boolean {
  return parseResourceId(text) !== undefined && /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/[^/]+(?:\/[^/]+\/[^/]+)+/i.test(text)
}

/** Parts of an id that commands need. */
export interface ResourceIdParts {
  readonly subscription: string
  readonly resourceGroup: string
  readonly namespace: string
  readonly type: string
  readonly name: string
  /** Types and names below the first, in order. */
  readonly children: readonly (readonly [type: string, name: string])[]
}

/** Takes an id apart; undefined when it is none. */
export function parseResourceId(id: string): ResourceIdParts | undefined {
  if (!pattern.test(id)) return undefined
  const parts = id.split('/')
  const [, , subscription = '', , resourceGroup = '', , namespace = '', type = '', name = ''] = parts
  const rest = parts.slice(9)
  const children = rest.flatMap((part, index) => (index % 2 === 0 ? [[part, rest[index + 1] ?? ''] as const] : []))
  return { subscription, resourceGroup, namespace, type, name, children }
}

/** What an id stands in, and what is left of it: a group's is left `resourceGroups/…` in its subscription. */
export function splitResourceId(id: string): { readonly scope: string; readonly relative: string } {
  const [, subscription, group, relative] = /^(\/subscriptions\/[^/]+)?(\/resourceGroups\/[^/]+)?(?:\/providers\/(.+))?$/i.exec(id) ?? []
  const scope = subscription?.toLowerCase() ?? ''
  if (relative === undefined && group !== undefined) return { scope, relative: `resourceGroups/${group.split('/')[2] ?? ''}` }
  return { scope: `${scope}${group === undefined ? '' : `/resourceGroups/${group.split('/')[2] ?? ''}`}` || '/', relative: relative ?? '' }
}
