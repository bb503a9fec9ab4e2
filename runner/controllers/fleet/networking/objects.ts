// What the controllers of Fleet networking do with objects: make, keep as wanted, report, discard.
import { equal, type JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { at, type KubernetesObject, keyOf, type ObjectKey, type Resource } from '../../../kubernetes/object.ts'

/** An object of one of these kinds as it is created. */
export function objectOf(resource: Resource, { namespace = '', name }: ObjectKey, rest: JsonObject = {}): KubernetesObject {
  const { metadata, ...other } = rest
  return { apiVersion: `${resource.group}/${resource.version}`, kind: resource.kind, metadata: { name, namespace, ...(metadata as JsonObject) }, ...other }
}

/** Makes an object, or makes its spec what is wanted; resolves to what is stored then. */
export async function keep(client: Client, resource: Resource, wanted: KubernetesObject): Promise<KubernetesObject> {
  const found = await client.get(resource, keyOf(wanted))
  if (!found) return client.create(resource, wanted)
  return equal(found.spec, wanted.spec) ? found : client.update(resource, { ...found, spec: wanted.spec as JsonObject })
}

/** Writes a status if it says anything new. */
export async function report(client: Client, resource: Resource, object: KubernetesObject, status: JsonObject): Promise<void> {
  if (!equal(object.status ?? {}, status)) await client.update(resource, { ...object, status }, { subresource: 'status' })
}

/** Deletes an object; one that is not there is no matter. */
export async function discard(client: Client, resource: Resource, key: ObjectKey): Promise<void> {
  if (await client.get(resource, key)) await client.delete(resource, key)
}

/** The service that an export or import on the hub is of, as a controller's key. */
export function referredService(object: KubernetesObject): string {
  const reference = at(object, 'spec', 'serviceReference') ?? at(object, 'spec', 'ownerServiceReference') ?? at(object, 'spec', 'serviceImportReference')
  return `${at(reference, 'namespace')}/${at(reference, 'name')}`
}
