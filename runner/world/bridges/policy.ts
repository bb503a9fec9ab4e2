// Azure's policies inside of a cluster: with the add-on on, pods that a constraint forbids are refused in Gatekeeper's words.
import type { Azure, PodConstraint } from '../../azure/arm-server.ts'
import type { AdmissionPlugin } from '../../kubernetes/api-server.ts'
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import { StatusError } from '../../kubernetes/status-error.ts'

/** The admission plugin of a managed cluster; what is in force is asked at every pod. */
export function policyAdmission(azure: Azure, clusterId: string): AdmissionPlugin {
  return {
    name: 'azure-policy',
    validate({ operation, resource, subresource, key, object }) {
      if (resource.plural !== 'pods' || resource.group !== '' || subresource !== '' || !object || operation === 'DELETE') return
      const refusals = azure
        .podConstraints(clusterId)
        .filter((constraint) => concerns(constraint, key.namespace ?? ''))
        .flatMap((constraint) => violations(constraint, object).map((words) => `[${constraint.name}] ${words}`))
      if (refusals.length > 0) throw new StatusError('Forbidden', `admission webhook "validation.gatekeeper.sh" denied the request: ${refusals.join('\n')}`)
    },
  }
}

function concerns({ excludedNamespaces, namespaces }: PodConstraint, namespace: string): boolean {
  return !excludedNamespaces.includes(namespace) && (namespaces.length === 0 || namespaces.includes(namespace))
}

interface Container {
  readonly name: string
  readonly image?: string
  readonly securityContext?: { readonly privileged?: boolean; readonly allowPrivilegeEscalation?: boolean }
}

/** What is wrong with a container, in the words of the constraint's template; undefined for what is not. */
const judges: Readonly<Record<PodConstraint['kind'], (container: Container, constraint: PodConstraint) => string | undefined>> = {
  noPrivilege: ({ name, securityContext }) =>
    securityContext?.privileged === true ? `Privileged container is not allowed: ${name}, securityContext: ${goText(securityContext)}` : undefined,
  noPrivilegeEscalation: ({ name, securityContext }) =>
    securityContext?.allowPrivilegeEscalation === false ? undefined : `Privilege escalation container is not allowed: ${name}`,
  allowedImages: ({ name, image = '' }, { imageForm }) =>
    imageForm === undefined || new RegExp(imageForm).test(image) ? undefined : `Container image ${image} for container ${name} has not been allowed.`,
}

function violations(constraint: PodConstraint, pod: KubernetesObject): readonly string[] {
  const lists = ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list): unknown => at(pod, 'spec', list) ?? [])
  return (lists as readonly Container[])
    .filter(({ name }) => !constraint.excludedContainers.includes(name))
    .flatMap((container) => judges[constraint.kind](container, constraint) ?? [])
}

/** An object as Rego prints it. */
function goText(value: object): string {
  return `{${Object.entries(value)
    .map(([key, one]) => `"${key}": ${JSON.stringify(one)}`)
    .join(', ')}}`
}
