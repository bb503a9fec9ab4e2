// A program's own client of its cluster: the address in its environment, the token of its ServiceAccount.
import type { Json } from '../base/json.ts'
import { decodeText, encodeText } from './bytes.ts'
import { transfer } from './commands/transfer.ts'
import type { Process } from './process.ts'

const tokenFile = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/** What a program asks of the API server. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: Json
  /** The form of a patch. */
  readonly type?: string
}

/** The answer's status and body. Throws what a client says that reaches nobody. */
export async function callApi(
  process: Process,
  { method, path, body, type = 'application/json' }: ApiCall,
): Promise<{ readonly status: number; readonly body: Json }> {
  const host = process.env.get('KUBERNETES_SERVICE_HOST') ?? ''
  const port = Number(process.env.get('KUBERNETES_SERVICE_PORT') ?? 443)
  if (host === '' || !process.files.stat(tokenFile)) throw new ApiUnreachable('unable to load in-cluster configuration')
  const headers = { authorization: `Bearer ${process.files.read(tokenFile)}`, accept: 'application/json', 'content-type': type }
  const sent = { method, headers, body: body === undefined ? '' : encodeText(JSON.stringify(body)), patience: 30_000 }
  const reached = await transfer(process, { scheme: 'https', host, port, path }, sent)
  if (reached.kind !== 'answer') throw new ApiUnreachable(`dial tcp ${host}:${port}: connect: connection refused`)
  return { status: reached.answer.status, body: readJson(decodeText(reached.answer.body)) }
}

/** Nobody answers, or nobody is known who could. */
export class ApiUnreachable extends Error {}

function readJson(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}
