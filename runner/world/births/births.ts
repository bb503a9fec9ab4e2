// What a cluster is born with, by its flavor: objects, admission, who may come in.
import type { Azure } from '../../azure/arm-server.ts'
import { createRandom } from '../../base/random.ts'
import { hubAdmission } from '../../controllers/fleet/index.ts'
import { admissionChain } from '../../kubernetes/admission/chain.ts'
import { bootstrapObjects, clusterObjects } from '../../kubernetes/bootstrap.ts'
import type { KubernetesObject } from '../../kubernetes/object.ts'
import type { WorldFile } from '../../labs/world-file.ts'
import { azureAuthorizer, entraTokens } from '../bridges/access.ts'
import { fleetSettings } from '../bridges/ground.ts'
import { type ClusterBirth, type ClusterGround, type ClusterSpec, clusterSecrets } from '../cluster.ts'

/** The birth of a cluster. Objects that every cluster of a version has are one shared array. */
export function birthOf(
  spec: ClusterSpec,
  options: { ground: ClusterGround; file: WorldFile; azure: Azure | undefined; own: readonly KubernetesObject[] },
): ClusterBirth {
  const { ground, file, azure } = options
  const random = createRandom(`${ground.seed}/birth/${spec.id}`)
  const { authority } = clusterSecrets(spec, ground)
  const own = clusterObjects({ now: spec.born, random, serviceCidr: spec.serviceCidr, apiServerAddress: spec.host, caPem: authority.certificate })
  const hub = spec.flavor === 'hub'
  const { reservedNamespaces } = file
  return {
    shared: bootstrapObjects({ now: spec.born, gitVersion: `v${spec.version}` }),
    own: [...own, ...options.own],
    admission: [...admissionChain(spec.without), ...(hub ? hubAdmission({ ...fleetSettings(file).hub, reservedNamespaces }) : [])],
    tokens: azure && spec.flavor !== 'plain' && spec.flavor !== 'kubeadm' ? [entraTokens(azure)] : [],
    authorizers: azure && hub ? [azureAuthorizer(azure, spec.id)] : [],
  }
}
