// The kinds that have rules of their own, one line each. Every other kind is served from the facts table alone.
import type { KindRules } from '../kind.ts'
import { customResourceDefinition } from './apiextensions/custom-resource-definition.ts'
import { deployment } from './apps/deployment.ts'
import { replicaSet } from './apps/replica-set.ts'
import { pod } from './core/pod.ts'

const kinds: readonly KindRules[] = [customResourceDefinition, deployment, pod, replicaSet]

const byName = new Map(kinds.map((rules) => [`${rules.apiVersion} ${rules.kind}`, rules]))

/** Rules of a built-in kind, or undefined where the facts table says all. */
export function rulesFor(apiVersion: string, kind: string): KindRules | undefined {
  return byName.get(`${apiVersion} ${kind}`)
}
