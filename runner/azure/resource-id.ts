// The names of Azure resources: ARM ids, taken apart and put together. Case does not count in an id.

/** An ARM resource id, as it is shown: `/subscriptions/{s}/resourceGroups/{g}/providers/{namespace}/{type}/{name}`. */
export type ResourceId = string & { readonly __brand: 'ResourceId' }

/** An id taken apart. `types` and `names` run side by side: `['fleets', 'members']` and `['f', 'm']`. */
export interface ResourceIdParts {
  readonly subscription?: string
  readonly group?: string
  /** Namespace of the last provider in the id; absent for subscriptions, groups and the root. */
  readonly namespace?: string
  readonly types: readonly string[]
  readonly names: readonly string[]
  /** What stands before the last `/providers/`: the group, the subscription, or the resource that is extended; '' is the root. */
  readonly scope: string
}

/** Text as a resource id: a leading slash, no trailing one, no empty segments. */
export function resourceId(text: string): ResourceId {
  return `/${segmentsOf(text).join('/')}` as ResourceId
}

/** The form of an id that compares: lower case. */
export function idKey(id: string): string {
  const plain = id.startsWith('/') && !id.endsWith('/') && !id.includes('//')
  return (plain ? id : resourceId(id)).toLowerCase()
}

/** Takes an id apart. A segment that is missing leaves its part away. */
export function parseId(id: string): ResourceIdParts {
  const segments = segmentsOf(id)
  const at = segments.findLastIndex((segment) => segment.toLowerCase() === 'providers')
  const scopeSegments = at < 0 ? segments : segments.slice(0, at)
  const rest = at < 0 ? [] : segments.slice(at + 2)
  const namespace = at < 0 ? undefined : segments[at + 1]
  return {
    ...leading(segments),
    ...(namespace === undefined ? {} : { namespace }),
    types: rest.filter((_, index) => index % 2 === 0),
    names: rest.filter((_, index) => index % 2 === 1),
    scope: scopeSegments.length === 0 ? '' : `/${scopeSegments.join('/')}`,
  }
}

/** Type of the resource that an id names: `Microsoft.ContainerService/fleets/members`, `Microsoft.Resources/resourceGroups` ... */
export function typeOf(id: string): string {
  const parts = parseId(id)
  if (parts.namespace !== undefined) return [parts.namespace, ...parts.types].join('/')
  return parts.group === undefined ? 'Microsoft.Resources/subscriptions' : 'Microsoft.Resources/resourceGroups'
}

/** Last name in an id. */
export function nameOf(id: string): string {
  return segmentsOf(id).at(-1) ?? ''
}

/** The resource that holds this one: a member's fleet, a fleet's group, a group's subscription; undefined for a subscription. */
export function parentOf(id: string): ResourceId | undefined {
  const parts = parseId(id)
  if (parts.names.length > 1) return resourceId(segmentsOf(id).slice(0, -2).join('/'))
  if (parts.namespace !== undefined) return parts.scope === '' ? undefined : resourceId(parts.scope)
  return parts.group === undefined ? undefined : resourceId(`/subscriptions/${parts.subscription ?? ''}`)
}

/** Id of the group that a resource stands in. */
export function groupIdOf(id: string): ResourceId | undefined {
  const { subscription, group } = parseId(id)
  return subscription === undefined || group === undefined ? undefined : resourceId(`/subscriptions/${subscription}/resourceGroups/${group}`)
}

/** True if `id` is `scope` or lies below it; the root, `/` or '', holds everything. */
export function within(id: string, scope: string): boolean {
  const inner = idKey(id)
  const outer = idKey(scope)
  return outer === '/' || inner === outer || inner.startsWith(`${outer}/`)
}

function leading(segments: readonly string[]): { subscription?: string; group?: string } {
  const [first = '', subscription, third = '', group] = segments
  if (first.toLowerCase() !== 'subscriptions' || subscription === undefined) return {}
  return third.toLowerCase() === 'resourcegroups' && group !== undefined ? { subscription, group } : { subscription }
}

function segmentsOf(id: string): string[] {
  return id.split('/').filter((segment) => segment !== '')
}
