// cert-manager, where its programs run: issuers, Certificates in Secrets, those of Ingresses, and who is told of their authorities.
import { everyResource } from '../../kubernetes/client.ts'
import { at, type KubernetesObject, parseKey, type Resource } from '../../kubernetes/object.ts'
import { type ControllerContext, defineController, type ReconcileResult } from '../controller.ts'
import { ingresses } from '../resources.ts'
import { settleCertificate } from './certificates.ts'
import { issuerNamed, settleIngress } from './ingress-shim.ts'
import { asksForAuthority, injectable, settleInjection, settleOwnAuthority } from './injector.ts'
import { settleIssuer } from './issuers.ts'
import { certificates, clusterIssuers, conditionOf, issuers, listed, type Program, prefix, programOf, running } from './shape.ts'

/** What is done for an object of a kind, and the program that does it. */
interface Part {
  readonly resource: Resource
  readonly program: Program
  settle(object: KubernetesObject, context: ControllerContext): Promise<unknown>
}

const injections = Object.entries(injectable).map(([kind, [resource]]): [string, Part] => [kind, { resource, program: 'cainjector', settle: settleInjection }])

const parts: Readonly<Record<string, Part>> = {
  Certificate: { resource: certificates, program: 'controller', settle: settleCertificate },
  ClusterIssuer: { resource: clusterIssuers, program: 'controller', settle: settleIssuer },
  Issuer: { resource: issuers, program: 'controller', settle: settleIssuer },
  Ingress: { resource: ingresses, program: 'controller', settle: settleIngress },
  ...Object.fromEntries(injections),
}

const own = 'cert-manager.io/v1'

/** Keys are `Kind namespace/name`, or `begin`: then everything is looked at. */
export const certManager = defineController({
  name: 'cert-manager',
  fieldManager: 'cert-manager-controller',
  watches: [{ resource: everyResource, keys: keysOf }],
  async reconcile(key: string, context: ControllerContext) {
    if (key === 'begin') return begin(context)
    const [kind = '', name = ''] = key.split(' ')
    const part = parts[kind]
    if (!part || !(await running(part.program, context))) return undefined
    const object = (await listed(part.resource, context)).find((each) => keyFor(each) === key)
    if (!object || object.metadata.deletionTimestamp !== undefined) return undefined
    const result = await part.settle(object, context)
    if (kind.endsWith('Issuer') && parseKey(name).name !== '') await wakeWaiting(context)
    return isResult(result) ? result : undefined
  },
})

/** Only Certificates are looked at again by themselves: they are renewed. */
function isResult(result: unknown): result is ReconcileResult {
  return typeof result === 'object' && result !== null && 'requeueAfter' in result
}

function keyFor({ kind, metadata: { namespace = '', name = '' } }: KubernetesObject): string {
  return `${kind} ${namespace}/${name}`
}

function keysOf(object: KubernetesObject, change: string): readonly string[] {
  const { apiVersion, kind, metadata } = object
  if (kind === 'Secret') return keysOfSecret(object)
  if (kind === 'Pod') return programOf(object) && conditionOf(object, 'Ready')?.status === 'True' ? ['begin'] : []
  if (change === 'DELETED') return []
  if (apiVersion === own) return kind in parts ? [keyFor(object)] : []
  if (kind === 'Ingress') return issuerNamed(object) ? [keyFor(object)] : []
  return metadata.annotations && asksForAuthority(object) ? [keyFor(object)] : []
}

/** A Secret may be a Certificate's, that of an authority, or both. */
function keysOfSecret({ type, metadata }: KubernetesObject): readonly string[] {
  const name = metadata.annotations?.[`${prefix}certificate-name`]
  const certificate = name === undefined ? [] : [`Certificate ${metadata.namespace}/${name}`]
  return type === 'kubernetes.io/tls' || metadata.annotations?.[`${prefix}allow-direct-injection`] === 'true' ? [...certificate, 'begin'] : certificate
}

async function begin(context: ControllerContext): Promise<undefined> {
  await settleOwnAuthority(context)
  for (const { resource, program } of Object.values(parts)) {
    if (!(await running(program, context))) continue
    for (const object of await listed(resource, context)) if (concerns(object)) context.enqueue(keyFor(object))
  }
}

function concerns(object: KubernetesObject): boolean {
  if (object.kind === 'Ingress') return issuerNamed(object) !== undefined
  return object.apiVersion === own || asksForAuthority(object)
}

/** Certificates that nobody could issue yet are looked at again. */
async function wakeWaiting(context: ControllerContext): Promise<void> {
  for (const certificate of await listed(certificates, context)) if (at(certificate, 'status', 'revision') === undefined) context.enqueue(keyFor(certificate))
}
