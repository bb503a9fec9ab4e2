// Kubeconfig files as kubeadm and AKS write them: keys sorted, block style.
import { stringify } from 'yaml'
import { toBase64 } from '../base/p256.ts'

/** What one context of a kubeconfig needs. */
export interface KubeconfigEntry {
  readonly context: string
  readonly cluster: string
  readonly user: string
  readonly server: string
  /** PEM of the CA that signed the server's certificate. */
  readonly ca: string
  /** The `user:` part as it stands in the file. */
  readonly credentials: Readonly<Record<string, unknown>>
  readonly namespace?: string
}

/** A kubeconfig with these contexts; the first is the current one unless `current` names another. */
export function formatKubeconfig(entries: readonly KubeconfigEntry[], current = entries[0]?.context ?? ''): string {
  return stringify(
    {
      apiVersion: 'v1',
      clusters: entries.map(({ cluster, server, ca }) => ({ cluster: { 'certificate-authority-data': encode(ca), server }, name: cluster })),
      contexts: entries.map(({ context, cluster, user, namespace }) => ({
        context: { cluster, ...(namespace === undefined ? {} : { namespace }), user },
        name: context,
      })),
      'current-context': current,
      kind: 'Config',
      preferences: {},
      users: entries.map(({ user, credentials }) => ({ name: user, user: credentials })),
    },
    { lineWidth: 0 },
  )
}

/** Base64 of a text, as certificates and keys stand in a kubeconfig. */
export function encode(text: string): string {
  return toBase64(new TextEncoder().encode(text))
}
