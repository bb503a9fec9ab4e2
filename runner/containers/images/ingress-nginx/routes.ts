// Which rule of which Ingress a request meets, as the configuration that ingress-nginx writes for nginx decides it.
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'

/** A path of a host, and where it leads. */
export interface Route {
  readonly ingress: JsonObject
  /** Empty for any host. */
  readonly host: string
  readonly path: string
  readonly type: string
  readonly backend: JsonObject
}

/** A request's route, and what its pattern caught. */
export interface Met {
  readonly route: Route
  readonly caught: readonly string[]
}

/** Members of a list that are objects. */
export function objectsIn(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** A member that is an object; an empty one if it is none. */
export function partOf(object: JsonObject, name: string): JsonObject {
  const part = object[name]
  return isObject(part) ? part : {}
}

/** The value of one of the controller's own annotations. */
export function annotation(ingress: JsonObject, name: string): string | undefined {
  const value = partOf(partOf(ingress, 'metadata'), 'annotations')[`nginx.ingress.kubernetes.io/${name}`]
  return typeof value === 'string' ? value : undefined
}

/** All paths of Ingresses: the oldest Ingress comes first. */
export function routesOf(ingresses: readonly JsonObject[]): readonly Route[] {
  const age = (ingress: JsonObject): string => String(partOf(ingress, 'metadata').creationTimestamp)
  return [...ingresses].sort((one, other) => (age(one) < age(other) ? -1 : age(one) > age(other) ? 1 : 0)).flatMap(ofIngress)
}

function ofIngress(ingress: JsonObject): readonly Route[] {
  const spec = partOf(ingress, 'spec')
  const rules = objectsIn(spec.rules).flatMap((rule) =>
    objectsIn(partOf(rule, 'http').paths).map((path) => ({
      ingress,
      host: String(rule.host ?? ''),
      path: String(path.path ?? '/'),
      type: String(path.pathType),
      backend: partOf(path, 'backend'),
    })),
  )
  const fallback = isObject(spec.defaultBackend) ? [{ ingress, host: '', path: '/', type: 'Prefix', backend: spec.defaultBackend }] : []
  return [...rules, ...fallback]
}

/** The route that a request takes: its own host's before a wildcard's before anybody's, exact paths first, then the longest. */
export function meet(routes: readonly Route[], host: string, path: string): Met | undefined {
  const hosts = [host, `*${host.slice(host.indexOf('.'))}`, '']
  const served = hosts.find((name) => routes.some((route) => route.host === name))
  const own = routes.filter((route) => route.host === served && annotation(route.ingress, 'canary') !== 'true')
  const asPattern = own.some(({ ingress }) => annotation(ingress, 'use-regex') === 'true' || annotation(ingress, 'rewrite-target') !== undefined)
  const inOrder = [...own].sort((one, other) => rank(other) - rank(one) || other.path.length - one.path.length)
  for (const route of inOrder) {
    const caught = asPattern && route.type !== 'Exact' ? byPattern(route.path, path) : fits(route, path) ? [path] : undefined
    if (caught) return { route, caught }
  }
  return undefined
}

const rank = ({ type }: Route): number => (type === 'Exact' ? 1 : 0)

function byPattern(pattern: string, path: string): readonly string[] | undefined {
  try {
    const found = new RegExp(`^${pattern}`, 'i').exec(path)
    return found ? [...found].map((part) => part ?? '') : undefined
  } catch {
    return undefined
  }
}

function fits({ path: asked, type }: Route, path: string): boolean {
  if (type === 'Exact') return path === asked
  if (type !== 'Prefix') return path.startsWith(asked)
  const whole = asked.replace(/\/+$/, '')
  return path === whole || path.startsWith(`${whole}/`)
}

/** The route of a canary that takes the request of another: by a header, by a cookie, by chance. */
export function canaryOf(
  routes: readonly Route[],
  { route }: Met,
  headers: Readonly<Record<string, string>>,
  chance: (limit: number) => number,
): Route | undefined {
  return routes.find((other) => {
    if (annotation(other.ingress, 'canary') !== 'true' || other.host !== route.host || other.path !== route.path) return false
    return chosenByHeader(other.ingress, headers) ?? chosenByCookie(other.ingress, headers) ?? chosenByWeight(other.ingress, chance)
  })
}

function chosenByHeader(ingress: JsonObject, headers: Readonly<Record<string, string>>): boolean | undefined {
  const name = annotation(ingress, 'canary-by-header')?.toLowerCase()
  const sent = name === undefined ? undefined : headers[name]
  const wanted = annotation(ingress, 'canary-by-header-value')
  if (sent === undefined) return undefined
  if (wanted !== undefined) return sent === wanted ? true : undefined
  return sent === 'always' ? true : sent === 'never' ? false : undefined
}

function chosenByCookie(ingress: JsonObject, { cookie = '' }: Readonly<Record<string, string>>): boolean | undefined {
  const name = annotation(ingress, 'canary-by-cookie')
  const sent = cookie.split(/; */).find((part) => name !== undefined && part.startsWith(`${name}=`))
  const value = sent?.slice(sent.indexOf('=') + 1)
  return value === 'always' ? true : value === 'never' ? false : undefined
}

function chosenByWeight(ingress: JsonObject, chance: (limit: number) => number): boolean {
  const total = Number(annotation(ingress, 'canary-weight-total') ?? 100)
  return chance(total) < Number(annotation(ingress, 'canary-weight') ?? 0)
}
