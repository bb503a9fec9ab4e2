// What a check is. The only door that the files in `checks/` import.
import type { Json } from '../base/json.ts'
import type { KubernetesObject } from '../kubernetes/object.ts'
import type { Finding } from './verdict.ts'
import type { View } from './view.ts'

export type { KubernetesObject } from '../kubernetes/object.ts'
// biome-ignore lint/performance/noBarrelFile: this is the one door that the files in checks/ may import
export { at } from '../kubernetes/object.ts'
export { done, type Finding, notYet } from './verdict.ts'
export type { FleetView, MemberView, View } from './view.ts'

/** What a check follows: objects of a kind on the hub or on every member, or the world's Azure. */
export type Watched =
  | { readonly from: 'hub' | 'members'; readonly apiVersion: string; readonly kind: string; readonly namespace?: string }
  | { readonly from: 'azure' }

/** A change that a check may remember. Objects that are there when the watch begins come as ADDED. */
export interface CheckEvent {
  readonly from: 'hub' | 'members'
  /** Name of the member, or of the hub. */
  readonly cluster: string
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: KubernetesObject
  /** User whose request made this change, where the API server's request log tells; absent on real clusters. */
  readonly by?: string
}

/** What the names in a lab are, where an instructor set them otherwise: `namespace` and its like. */
export type Parameters = Readonly<Record<string, string>>

/**
 * A check: `watches` names what it follows, `remember` folds each event into plain evidence that is stored with the
 * session, `look` decides. `look` only reads; it runs again after every change of what is watched.
 */
export interface CheckDefinition<evidence extends Json = Json> {
  readonly id: string
  /** One sentence, for authors; learners read the lab's own words. */
  readonly says: string
  watches(parameters: Parameters): readonly Watched[]
  readonly start: evidence
  remember?(evidence: evidence, event: CheckEvent, parameters: Parameters): evidence
  look(view: View, evidence: evidence): Promise<Finding>
}

/** A check with its evidence type put away, as the watcher holds it. */
export interface Check {
  readonly id: string
  readonly says: string
  watches(parameters: Parameters): readonly Watched[]
  readonly start: Json
  remember(evidence: Json, event: CheckEvent, parameters: Parameters): Json
  look(view: View, evidence: Json): Promise<Finding>
}

/** Makes a check; the types do the checking. Evidence that was stored is given back as it was. */
export function defineCheck<evidence extends Json>(definition: CheckDefinition<evidence>): Check {
  return {
    id: definition.id,
    says: definition.says,
    start: definition.start,
    watches: (parameters) => definition.watches(parameters),
    // The watcher hands back only what this same check returned before, or its start.
    remember: (evidence, event, parameters) => definition.remember?.(evidence as evidence, event, parameters) ?? evidence,
    look: (view, evidence) => definition.look(view, evidence as evidence),
  }
}
