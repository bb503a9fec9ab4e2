// What the app and its routes are made over.
import type { Hono } from 'hono'
import type { Authenticator } from '../auth/identity.ts'
import type { Course } from '../labs/load-course.ts'
import type { SessionHouse } from '../sessions/session-house.ts'
import type { Allowed } from './guard.ts'
import type { Metrics } from './metrics.ts'
import type { SiteFiles } from './site-files.ts'
import type { Tickets } from './tickets.ts'

/** What the app is made over. */
export interface AppGround {
  readonly house: SessionHouse
  readonly authenticator: Authenticator
  readonly allowed: Allowed
  readonly tickets: Tickets
  readonly metrics: Metrics
  readonly site: SiteFiles
  readonly version: string
  readonly sandbox: 'bubblewrap' | 'namespaces' | 'none'
  /** Ids of the labs. */
  labs(): Promise<readonly string[]>
  /** Loads a course; rejects with a form error where there is none. */
  course(id: string): Promise<Course>
  now(): number
}

/** Variables of a request: who asks. */
export interface AppVariables {
  Variables: { learner: string }
}

/** The app's type, for the files of its routes. */
export type App = Hono<AppVariables>
