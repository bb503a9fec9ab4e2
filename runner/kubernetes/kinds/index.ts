// The kinds that have rules of their own, one line each. Every other kind is served from the facts table alone.
import type { KindRules } from '../kind.ts'

const kinds: readonly KindRules[] = []

const byName = new Map(kinds.map((rules) => [`${rules.apiVersion} ${rules.kind}`, rules]))

/** Rules of a built-in kind, or undefined where the facts table says all. */
export function rulesFor(apiVersion: string, kind: string): KindRules | undefined {
  return byName.get(`${apiVersion} ${kind}`)
}
