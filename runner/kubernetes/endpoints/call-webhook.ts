// Calling a webhook: at a Service of the cluster, or at a host of the world's internet.
import { isObject, type Json } from '../../base/json.ts'
import type { WebhookAnswer, WebhookCall } from '../kind.ts'
import { readObject } from '../registry/engine.ts'
import type { Server } from './server.ts'

/** Posts a review and reads the answer. */
export async function callWebhook(server: Server, { clientConfig, review, seconds }: WebhookCall): Promise<WebhookAnswer> {
  const { service, url } = clientConfig
  if (isObject(service))
    return atService(server, service, { review, seconds, trusted: typeof clientConfig.caBundle === 'string' && clientConfig.caBundle !== '' })
  const target = new URL(String(url))
  target.searchParams.set('timeout', `${seconds}s`)
  const failed = (why: string): WebhookAnswer => ({ problem: `Post "${target}": ${why}` })
  const response = await server.outside?.(
    new Request(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(review) }),
  )
  if (!response) return failed(`dial tcp: lookup ${target.hostname}: no such host`)
  return readAnswer(response.status, await response.text())
}

async function atService(
  server: Server,
  service: Readonly<Record<string, unknown>>,
  { review, seconds, trusted }: { readonly review: Json; readonly seconds: number; readonly trusted: boolean },
): Promise<WebhookAnswer> {
  const [namespace, name, port] = [String(service.namespace), String(service.name), Number(service.port ?? 443)]
  const path = `${String(service.path ?? '/')}?timeout=${seconds}s`
  const failed = (why: string): WebhookAnswer => ({ problem: `Post "https://${name}.${namespace}.svc:${port}${path}": ${why}` })
  const object = readObject(server, 'v1', 'Service', { namespace, name })
  if (!object) return failed(`service "${name}" not found`)
  const answer = await server.pods?.post({ service: object, port, path, seconds }, JSON.stringify(review))
  if (!answer) return failed(`no endpoints available for service "${name}"`)
  if ('notSimulated' in answer) return answer
  if ('problem' in answer) return failed(answer.problem)
  if (!trusted) return failed('tls: failed to verify certificate: x509: certificate signed by unknown authority')
  return readAnswer(answer.status, answer.body)
}

function readAnswer(status: number, body: string): WebhookAnswer {
  if (status === 404) return { problem: 'the server could not find the requested resource' }
  if (status < 200 || status >= 300)
    return {
      problem:
        status >= 500
          ? `an error on the server (${JSON.stringify(body)}) has prevented the request from succeeding`
          : 'the server rejected our request for an unknown reason',
    }
  try {
    return { body: JSON.parse(body) as Json }
  } catch {
    return { problem: "couldn't get version/kind; json parse error: invalid character" }
  }
}
