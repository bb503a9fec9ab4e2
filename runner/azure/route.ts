// Paths of `management.azure.com` that are no resource of the table: subscriptions, tenants, locations, providers, operations ...
import type { ArmRequest } from './arm-request.ts'
import type { Engine } from './engine.ts'

/** A path with `{names}` for its variable segments; fixed segments compare without case. */
export interface Route {
  readonly method: string
  readonly path: string
  /** The action that the caller must be allowed over the subscription; absent where everyone of the tenant may. */
  readonly permission?: string
  answer(request: ArmRequest, names: Readonly<Record<string, string>>, engine: Engine): Response | Promise<Response>
}

/** A route that a path matched, with its names filled in. */
export interface RouteMatch {
  readonly route: Route
  readonly names: Readonly<Record<string, string>>
}

/** The first route that matches. */
export function findRoute(method: string, segments: readonly string[], routes: readonly Route[]): RouteMatch | undefined {
  for (const route of routes) {
    const names = route.method === method ? matchPath(route.path, segments) : undefined
    if (names) return { route, names }
  }
  return undefined
}

/** The names in `path` as `segments` fill them in; undefined where they do not match. */
export function matchPath(path: string, segments: readonly string[]): Record<string, string> | undefined {
  const parts = path.split('/').filter((part) => part !== '')
  if (parts.length !== segments.length) return undefined
  const names: Record<string, string> = {}
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? ''
    if (part.startsWith('{')) names[part.slice(1, -1)] = segment
    else if (part.toLowerCase() !== segment.toLowerCase()) return undefined
  }
  return names
}
