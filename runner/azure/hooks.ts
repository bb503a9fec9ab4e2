// What Azure asks of the world around it: the clusters behind its resources. Azure itself knows no Kubernetes.
import type { Resource } from './state.ts'

/** A way to say who one is to a cluster: a client certificate and a token of its own, or Entra by kubelogin. All base64 as kubeconfigs hold them. */
export interface ClusterCredentials {
  readonly certificateAuthority: string
  readonly clientCertificate?: string
  readonly clientKey?: string
  readonly token?: string
}

/** Whose kubeconfig of a cluster is asked for, and the name that it bears. */
export const credentialNames = { user: 'clusterUser', admin: 'clusterAdmin', monitoring: 'clusterMonitoringUser' } as const

/** Whose kubeconfig is asked for. */
export type CredentialHolder = keyof typeof credentialNames

/** What a cluster is upgraded to; what is absent stays. Versions as `1.34.4`. */
export interface UpgradeTarget {
  readonly controlPlane?: string
  /** `count` nodes in all, in every pool. */
  readonly nodes?: { readonly version: string; readonly image: string; readonly count: number }
}

/** Each is called when its operation completes, before that shows as `Succeeded`; a throw makes the operation `Failed`. All are optional. */
export interface AzureHooks {
  readonly managedCluster?: {
    created?(cluster: Resource): Promise<void>
    /**
     * After any change: versions, node pools, tags. The world makes the cluster what the resource says, and is called again until it says `done`.
     * `blocked` is why a node cannot be drained just now, in the words of the API server.
     */
    updated?(cluster: Resource): Promise<{ readonly done: boolean; readonly blocked?: string }>
    deleted?(cluster: Resource): Promise<void>
    /** Runs a command inside of a cluster, as its administrator or as whose token is given. */
    command?(cluster: Resource, command: string, token: string | undefined): Promise<{ readonly exitCode: number; readonly logs: string }>
    /** A stopped cluster has no API server and no address; started, it is as it was. */
    power?(cluster: Resource, on: boolean): Promise<void>
    /** Its authority is another: certificates and tokens handed out before open nothing any more. */
    renewed?(cluster: Resource): Promise<void>
    /**
     * Brings a cluster's nodes, and then its API server, to these versions; called again and again until it says `done`.
     * `blocked` is why a node cannot be drained just now, in the words of the API server.
     */
    upgrade?(cluster: Resource, target: UpgradeTarget): Promise<{ readonly done: boolean; readonly blocked?: string }>
    /** The kubeconfig; `clusterKubeconfig` writes it. `format` is the query parameter of that name. */
    credentials?(cluster: Resource, who: CredentialHolder, format?: 'azure' | 'exec'): Promise<string>
  }
  /** Fleets with a hub only. `created` is also called when a fleet without a hub gains one. */
  readonly fleet?: {
    created?(fleet: Resource): Promise<void>
    deleted?(fleet: Resource): Promise<void>
    /** The hub's kubeconfig; `hubKubeconfig` writes it. */
    credentials?(fleet: Resource): Promise<string>
  }
  /** Namespaces of a hub that Azure looks after. */
  readonly namespace?: {
    /** After it was made or changed: the hub has it, with its labels and annotations, and its placement if it names one. */
    applied?(namespace: Resource, fleet: Resource): Promise<void>
    /** Before it goes; its `deletePolicy` says whether the namespace goes as well. */
    deleted?(namespace: Resource, fleet: Resource): Promise<void>
  }
  readonly member?: {
    joined?(member: Resource, fleet: Resource, cluster: Resource): Promise<void>
    updated?(member: Resource, fleet: Resource, cluster: Resource): Promise<void>
    left?(member: Resource, fleet: Resource, cluster: Resource | undefined): Promise<void>
  }
}

/** Kubeconfig of a managed cluster as Azure writes it; without a client certificate it logs in through kubelogin. */
export function clusterKubeconfig(
  cluster: { readonly name: string; readonly group: string; readonly fqdn: string; readonly tenant: string },
  who: CredentialHolder,
  credentials: ClusterCredentials,
): string {
  // The service names the context after the cluster for both; az itself adds `-admin` to an administrator's.
  const context = cluster.name
  const user = `${credentialNames[who]}_${cluster.group}_${cluster.name}`
  const { clientCertificate, clientKey, token } = credentials
  const how =
    clientCertificate === undefined || clientKey === undefined
      ? execUser(cluster.tenant)
      : `    client-certificate-data: ${clientCertificate}\n    client-key-data: ${clientKey}\n${token === undefined ? '' : `    token: ${token}\n`}`
  return kubeconfig({ cluster: cluster.name, context, user, server: cluster.fqdn, authority: credentials.certificateAuthority, how })
}

/** Kubeconfig of a fleet's hub as Azure writes it: everything is named `hub`, and kubelogin logs in. */
export function hubKubeconfig(
  fleet: { readonly name: string; readonly group: string; readonly location: string; readonly fqdn: string; readonly tenant: string },
  certificateAuthority: string,
): string {
  const user = `clusterUser_FL_${fleet.group}_${fleet.name}_${fleet.location}_hub`
  return kubeconfig({ cluster: 'hub', context: 'hub', user, server: fleet.fqdn, authority: certificateAuthority, how: execUser(fleet.tenant) })
}

function kubeconfig(parts: { cluster: string; context: string; user: string; server: string; authority: string; how: string }): string {
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${parts.authority}
    server: https://${parts.server}:443
  name: ${parts.cluster}
contexts:
- context:
    cluster: ${parts.cluster}
    user: ${parts.user}
  name: ${parts.context}
current-context: ${parts.context}
kind: Config
preferences: {}
users:
- name: ${parts.user}
  user:
${parts.how}`
}

function execUser(tenant: string): string {
  return `    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - get-token
      - --environment
      - AzurePublicCloud
      - --server-id
      - 6dae42f8-4368-4678-94ff-3960e28e3630
      - --client-id
      - 80faf920-1908-4b52-b5ef-a8e7bedfc67a
      - --tenant-id
      - ${tenant}
      - --login
      - devicecode
      command: kubelogin
      env: null
      installHint: kubelogin is not installed which is required to connect to the
        cluster.
      provideClusterInfo: false
`
}
