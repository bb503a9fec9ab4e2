// Which namespaces of a hub are Fleet's and Kubernetes' own: nothing in them is placed, and only there may pods run.

/** `upstream`: every name that begins with fleet- or kube-; `own`: of those with fleet-, only what Fleet itself makes. */
export type ReservedNamespaces = 'own' | 'upstream'

const rules: Readonly<Record<ReservedNamespaces, RegExp>> = {
  own: /^(fleet-system$|fleet-member-|kube-)/,
  upstream: /^(fleet-|kube-)/,
}

/** True where the hub lets pods run and guards objects against its users. */
export function isReserved(namespace: string, rule: ReservedNamespaces): boolean {
  return rules[rule].test(namespace)
}

/** True if a placement may not select the namespace. */
export function isUnplaceable(namespace: string, rule: ReservedNamespaces): boolean {
  return namespace === 'default' || isReserved(namespace, rule)
}
