// What a POST to a subresource makes, for callers in process: bindings, evictions, tokens.
import type { JsonObject } from '../../base/json.ts'
import type { KubernetesObject } from '../object.ts'
import { type Engine, liveObject, type WriteScope } from './engine.ts'
import { noSuchResource, notFound } from './errors.ts'
import { asJson, asObject } from './plain.ts'
import { bindPod, evictPod } from './pod-writes.ts'

const makers: Readonly<Record<string, typeof bindPod>> = { binding: bindPod, eviction: evictPod }

/** Answers a TokenRequest for a service account. */
export type TokenRequest = (account: KubernetesObject, body: KubernetesObject) => KubernetesObject

/** Answers the body that the subresource answers over HTTP. */
export function postToSubresource(engine: Engine, scope: WriteScope, body: JsonObject, tokenRequest: TokenRequest | undefined): JsonObject {
  const { resource, subresource, key } = scope
  if (!resource.info.subresources.some(({ name }) => name === subresource)) throw noSuchResource()
  if (subresource === 'token' && tokenRequest) {
    const account = liveObject(engine, resource, key)
    if (!account) throw notFound(resource.info, key.name)
    return asJson(tokenRequest(account, asObject({ metadata: {}, ...body })))
  }
  const make = makers[subresource]
  if (!make) throw noSuchResource()
  return make(engine, scope, body)
}
