// exec, attach, port-forward and proxy over plain requests: a proxy answers, streams need an upgrade.
import { at, type KubernetesObject } from '../../object.ts'
import { liveObject } from '../../registry/engine.ts'
import { badRequest, notFound } from '../../registry/errors.ts'
import { StatusError } from '../../status-error.ts'
import { type Call, keyOfCall } from '../call.ts'
import { throughProxy } from '../rewrite-links.ts'

/** Answers a proxy's request; a stream without an upgrade is refused, and so is all where no nodes are behind the server. */
export function answerConnect(call: Call, method: string): Promise<Response> | Response {
  const { asked } = call
  if (asked.subresource === 'proxy') return answerProxy(call, method)
  const object = found(call, asked.name)
  const node = at(object, 'spec', 'nodeName')
  if (!node) throw badRequest(`pod ${asked.name} does not have a host assigned`)
  if (call.server.pods) throw badRequest('Upgrade request required')
  call.outcome.notSimulated = true
  const message = `error dialing backend: dial tcp ${String(at(object, 'status', 'hostIP') ?? '127.0.0.1')}:10250: connect: connection refused`
  throw new StatusError('', message, { code: 500 })
}

function found(call: Call, name: string): KubernetesObject {
  const object = liveObject(call.server, call.resource, { ...keyOfCall(call), name })
  if (!object) throw notFound(call.resource.info, name)
  return object
}

async function answerProxy(call: Call, method: string): Promise<Response> {
  const { server, asked, query, headers, body } = call
  const { name, port } = readName(asked.name)
  const object = found(call, name)
  if (call.resource.info.plural === 'pods' && !at(object, 'status', 'podIP')) throw badRequest('address not allowed')
  const search = query.size === 0 ? '' : `?${query}`
  if (asked.rest === '' && !asked.path.endsWith('/') && (method === 'GET' || method === 'HEAD'))
    return new Response(null, { status: 301, headers: { location: `${asked.path}/${search}` } })
  const slash = asked.path.endsWith('/') && asked.rest !== '' ? '/' : ''
  const request = new Request('http://proxy.invalid/', { method, headers, ...(body.length > 0 && { body: new Uint8Array(body) }) })
  const answer = await server.pods?.proxy({ object, port }, request, `/${asked.rest}${slash}${search}`)
  if (answer) return throughProxy(answer, asked.path.slice(0, asked.path.length - (asked.rest + slash).length))
  if (!server.pods) call.outcome.notSimulated = true
  throw new StatusError('ServiceUnavailable', `no endpoints available for service ${JSON.stringify(asked.name)}`)
}

/** A name with a scheme before it and a port after it. */
function readName(text: string): { readonly name: string; readonly port: string } {
  const parts = text.split(':')
  if (parts.length === 3) return { name: parts[1] ?? '', port: parts[2] ?? '' }
  return { name: parts[0] ?? '', port: parts[1] ?? '' }
}
