// cainjector: what calls others by TLS is told whom to trust (cert-manager `pkg/controller/cainjector`); and the Secret of cert-manager's own webhook.
import { createAuthority, serverCertificate } from '../../base/certificates.ts'
import { equal, isObject, type Json, type JsonObject } from '../../base/json.ts'
import { createRandom } from '../../base/random.ts'
import { at, type KubernetesObject, keyOf, type Resource } from '../../kubernetes/object.ts'
import type { ControllerContext } from '../controller.ts'
import { apiServices, customResourceDefinitions, secrets } from '../resources.ts'
import { certificates, listed, prefix, programOf, running, textIn } from './shape.ts'

function configurations(plural: string, kind: string): Resource {
  return { group: 'admissionregistration.k8s.io', version: 'v1', plural, kind, namespaced: false }
}

/** What can be told of an authority, by kind, and the object with the authority in it. */
export const injectable: Readonly<Record<string, readonly [resource: Resource, inject: (object: KubernetesObject, bundle: string) => JsonObject | undefined]>> =
  {
    APIService: [apiServices, (_, bundle) => ({ spec: { caBundle: bundle } })],
    CustomResourceDefinition: [customResourceDefinitions, intoConversion],
    MutatingWebhookConfiguration: [configurations('mutatingwebhookconfigurations', 'MutatingWebhookConfiguration'), intoHooks],
    ValidatingWebhookConfiguration: [configurations('validatingwebhookconfigurations', 'ValidatingWebhookConfiguration'), intoHooks],
  }

function intoConversion(object: KubernetesObject, caBundle: string): JsonObject | undefined {
  if (at(object, 'spec', 'conversion', 'strategy') !== 'Webhook') return undefined
  return { spec: { conversion: { webhook: { clientConfig: { caBundle } } } } }
}

function intoHooks(object: KubernetesObject, caBundle: string): JsonObject {
  const hooks: Json = at(object, 'webhooks') ?? []
  const told = (Array.isArray(hooks) ? hooks.filter(isObject) : []).map((hook) => ({
    ...hook,
    clientConfig: { ...(isObject(hook.clientConfig) && hook.clientConfig), caBundle },
  }))
  return { webhooks: told }
}

/** True for an object that asks for an authority by an annotation. */
export function asksForAuthority({ kind, metadata: { annotations } }: KubernetesObject): boolean {
  return annotations !== undefined && kind in injectable && [`${prefix}inject-ca-from`, `${prefix}inject-ca-from-secret`].some((name) => name in annotations)
}

/** Puts the authority that an object asks for into it, once it is known. */
export async function settleInjection(object: KubernetesObject, context: ControllerContext): Promise<void> {
  const row = injectable[object.kind]
  const bundle = btoa(await bundleFor(object, context))
  const change = row && bundle !== '' ? row[1](object, bundle) : undefined
  if (!row || !change || contains(object as unknown as JsonObject, change)) return
  await context.client.patch(row[0], keyOf(object), change, { type: 'merge' })
}

function contains(whole: Json | undefined, part: Json): boolean {
  return isObject(part) ? isObject(whole) && Object.entries(part).every(([name, value]) => contains(whole[name], value ?? null)) : equal(whole, part)
}

async function bundleFor({ metadata: { annotations = {} } }: KubernetesObject, context: ControllerContext): Promise<string> {
  const [fromCertificate, fromSecret] = [annotations[`${prefix}inject-ca-from`], annotations[`${prefix}inject-ca-from-secret`]]
  const [namespace = '', name = ''] = (fromCertificate ?? fromSecret ?? '').split('/')
  const certificate =
    fromCertificate === undefined
      ? undefined
      : (await listed(certificates, context)).find(({ metadata }) => metadata.name === name && metadata.namespace === namespace)
  const secretName = fromCertificate === undefined ? name : String(at(certificate ?? null, 'spec', 'secretName') ?? '')
  return textIn(await context.client.get(secrets, { namespace, name: secretName }), 'ca.crt')
}

/** cert-manager's webhook makes its own authority, and keeps it where cainjector finds it. */
export async function settleOwnAuthority(context: ControllerContext): Promise<void> {
  const pod = await running('webhook', context)
  const words = pod === undefined ? [] : (programOf(pod)?.words ?? [])
  const name = words.find((word) => word.startsWith('--dynamic-serving-ca-secret-name='))?.split('=')[1]
  const { namespace = '' } = pod?.metadata ?? {}
  if (name === undefined || (await context.client.get(secrets, { namespace, name }))) return
  const making = { secret: createRandom(context.random.uuid()), now: context.clock.now() }
  const authority = createAuthority('cert-manager-webhook-ca', making)
  const { key } = serverCertificate(authority, ['cert-manager-webhook'], making)
  const data = { 'ca.crt': btoa(authority.certificate), 'tls.crt': btoa(authority.certificate), 'tls.key': btoa(key) }
  const metadata = { name, namespace, annotations: { [`${prefix}allow-direct-injection`]: 'true' } }
  await context.client.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data } as unknown as KubernetesObject)
}
