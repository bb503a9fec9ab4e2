// What an API server tells of each request: for audit, replay, and as evidence of who did something (decision 5).

/** One answered request. Reads through the inner door are left out; its writes are logged like any other. */
export interface RequestLogEntry {
  /** World time at the answer, ms since 1970. */
  readonly time: number
  readonly user: string
  readonly groups: readonly string[]
  /** Kubernetes' verb (`get`, `list`, `watch`, `create`, `patch` ...), or the method in lower case for paths that are no resource. */
  readonly verb: string
  /** Path and query. */
  readonly path: string
  readonly status: number
  /** World time from request to answer, ms. */
  readonly durationMs: number
  /** The host that was asked, as the request's URL has it. */
  readonly host?: string
  readonly userAgent?: string
  /** Resource version that a successful write stored. */
  readonly resourceVersion?: string
  readonly note?: 'not simulated'
}
