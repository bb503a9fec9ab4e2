// What stands in a learner's home when a world begins: kubeconfig with the world's contexts, and the signed-in az.
import { seedProfile } from '../az/seed-profile.ts'
import type { Azure } from '../azure/arm-server.ts'
import { privateKeyPem } from '../base/p256.ts'
import type { Cluster } from './cluster.ts'
import { encode, formatKubeconfig, type KubeconfigEntry } from './kubeconfig.ts'
import type { World } from './world.ts'

/** A file of the home folder. */
export interface HomeText {
  readonly text: string
  readonly mode: number
}

/** Files of the home folder by their path in it. `date` is the machine's own, ms: the one that programs inside see. */
export function homeFiles(world: World, date: number): Readonly<Record<string, HomeText>> {
  const contexts = worldContexts(world)
  const { azure } = world
  return {
    ...(contexts.length > 0 ? { '.kube/config': { text: formatKubeconfig(contexts), mode: 0o600 } } : {}),
    ...(azure ? azureFiles(azure, { home: '/home/learner', date, extensions: world.file.fleet ? ['fleet'] : [] }) : {}),
  }
}

/** Files below `/etc` of the machine that one sits at: those of Kubernetes, where it is a control plane. */
export function machineFiles(world: World, hostName: string): Readonly<Record<string, string>> {
  const [cluster] = world.clusters()
  if (cluster?.spec.flavor !== 'kubeadm' || cluster.spec.host !== hostName) return {}
  const own = Object.entries(cluster.etcOf(hostName)).filter(([path]) => path.startsWith('kubernetes/'))
  const kubeconfig = formatKubeconfig(worldContexts(world))
  const { authority } = cluster
  const identity = world.internet.identity(hostName)
  return {
    ...Object.fromEntries(own),
    'kubernetes/admin.conf': kubeconfig,
    'kubernetes/super-admin.conf': kubeconfig,
    // Clients are believed by the cluster's authority, its server by the world's: where kubeadm has one, here are both.
    'kubernetes/pki/ca.crt': `${authority.certificate}${world.internet.ca}`,
    'kubernetes/pki/ca.key': privateKeyPem(authority.key),
    ...(identity && { 'kubernetes/pki/apiserver.crt': identity.certificate, 'kubernetes/pki/apiserver.key': identity.key }),
  }
}

/** The contexts that a world's file names: a hub's first, then in the order of its clusters; `serverOf` gives the URL of a cluster. */
export function worldContexts(world: World, serverOf: (cluster: Cluster) => string = vendorServer): readonly KubeconfigEntry[] {
  const hubsFirst = [...world.clusters()].sort((a, b) => Number(b.spec.flavor === 'hub') - Number(a.spec.flavor === 'hub'))
  return hubsFirst.flatMap((cluster) => {
    const { context } = cluster.spec
    return context === undefined
      ? []
      : [{ context, ...namesOf(cluster, context), server: serverOf(cluster), ca: world.internet.ca, credentials: credentialsOf(cluster) }]
  })
}

function vendorServer({ spec }: Cluster): string {
  return `https://${spec.host}:${spec.port}`
}

/** kubeadm names its cluster and its user; others are named after their context. */
function namesOf({ spec }: Cluster, context: string): { cluster: string; user: string } {
  if (spec.flavor === 'kubeadm') return { cluster: 'kubernetes', user: 'kubernetes-admin' }
  return spec.flavor === 'plain' ? { cluster: spec.name, user: `${spec.name}-admin` } : { cluster: context, user: `${context}-admin` }
}

/** kubeadm gives its administrator a certificate; the others a token beside it. */
function credentialsOf(cluster: Cluster): Readonly<Record<string, string>> {
  if (cluster.spec.flavor === 'plain') return { token: cluster.adminToken }
  const pair = cluster.adminCertificate()
  return { 'client-certificate-data': encode(pair.certificate), 'client-key-data': encode(pair.key) }
}

/** Whoever finds a fleet in the subscription has the extension that it was made with. */
function azureFiles(
  azure: Azure,
  { home, date, extensions }: { readonly home: string; readonly date: number; readonly extensions: readonly string[] },
): Readonly<Record<string, HomeText>> {
  const { subscriptions, tenant, users } = azure.state()
  const [user] = users
  if (!user) return {}
  const answer = azure.signIn(user.userPrincipalName)
  const files = seedProfile({
    folder: `${home}/.azure`,
    now: date,
    user: { objectId: user.objectId, name: user.userPrincipalName },
    tenant: { id: tenant.id, domain: tenant.domain, name: tenant.displayName },
    subscriptions: subscriptions.map((one, index) => ({ ...one, isDefault: index === 0 })),
    refreshToken: String(answer.refresh_token),
    accessTokens: { arm: String(answer.access_token) },
    extensions: extensions.map((name) => azure.extension(name)).filter((one) => one !== undefined),
  })
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path.slice(home.length + 1), { text, mode: 0o600 }]))
}
