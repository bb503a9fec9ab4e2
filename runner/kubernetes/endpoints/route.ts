// Paths that are no resource: discovery, OpenAPI, version, health. Each is a row that its owner registers.
import type { Clock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import type { UserInfo } from '../identity.ts'
import type { ResourceInfo } from '../kind.ts'
import type { KubernetesObject, ObjectKey } from '../object.ts'
import type { Describe } from '../openapi/descriptions.ts'

/** What a route's handler may ask of the server. */
export interface RouteServer {
  readonly clock: Clock
  readonly gitVersion: string
  /** What is said of built-in types, where somebody says it. */
  readonly describe: Describe | undefined
  /** Every served resource: built-in ones in discovery order, then custom ones. */
  resources(): readonly ResourceInfo[]
  /** Schemas of custom resources: group, version, kind and `openAPIV3Schema` with the server's own fields. */
  customSchemas(): readonly CustomSchema[]
  list(apiVersion: string, kind: string, namespace?: string): readonly KubernetesObject[]
  get(apiVersion: string, kind: string, key: ObjectKey): KubernetesObject | undefined
  /** Requests so far, by the labels of their metric. */
  readonly tallies: ReadonlyMap<string, number>
  /** How many objects of each resource are stored. */
  stored(): ReadonlyMap<string, number>
  /** Changes whenever `resources()` or `customSchemas()` may give another answer: a key for caches. */
  readonly servedVersion: object
}

/** The OpenAPI schema of a custom resource's version. */
export interface CustomSchema {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly openApi: JsonObject
}

/** A request for a path that is no resource. */
export interface RouteRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Headers
  readonly user: UserInfo
  readonly server: RouteServer
  /** Host and port as the caller named them. */
  readonly host: string
}

/** A row of the table. `path` is exact, or ends in `/*` for all below it. Other methods on the path are refused with 405. */
export interface Route {
  /** `any` where nobody looks at the method. */
  readonly method: 'GET' | 'POST' | 'any'
  readonly path: string
  /** Called after authentication and authorization. */
  handle(request: RouteRequest): Response | Promise<Response>
}
