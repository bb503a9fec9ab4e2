// exec, attach, port-forward and proxy: streams to a node that has no kubelet behind it.
import { at } from '../../object.ts'
import { liveObject } from '../../registry/engine.ts'
import { badRequest, notFound } from '../../registry/errors.ts'
import { StatusError } from '../../status-error.ts'
import { type Call, keyOfCall } from '../call.ts'

/** Refuses the stream as a server does whose node does not answer. */
export function answerConnect(call: Call): Response {
  const { server, resource, asked } = call
  const object = liveObject(server, resource, keyOfCall(call))
  if (!object) throw notFound(resource.info, asked.name)
  const onPod = resource.info.plural === 'pods'
  if (onPod && asked.subresource === 'proxy' && !at(object, 'status', 'podIP')) throw badRequest('address not allowed')
  const node = at(object, 'spec', 'nodeName')
  if (onPod && asked.subresource !== 'proxy' && !node) throw badRequest(`pod ${asked.name} does not have a host assigned`)
  call.outcome.notSimulated = true
  if (asked.subresource === 'proxy') throw new StatusError('ServiceUnavailable', `no endpoints available for service ${JSON.stringify(asked.name)}`)
  const message = `error dialing backend: dial tcp ${String(at(object, 'status', 'hostIP') ?? '127.0.0.1')}:10250: connect: connection refused`
  throw new StatusError('', message, { code: 500 })
}
