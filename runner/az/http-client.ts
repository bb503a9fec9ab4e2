// Sends requests the way Python's clients do: names itself, retries what may pass, turns failures of the network into words.
import { AzError } from './cli-error.ts'
import type { AzContext, AzRequest, AzResponse } from './context.ts'

/** User agents of the parts that az is made of. */
export const userAgents = {
  arm: 'AZURECLI/2.91.0 (PIP) azsdk-python-core/1.39.0 Python/3.11.7 (Linux-x86_64)',
  graph: 'python/3.11.7 (Linux-x86_64) AZURECLI/2.91.0 (PIP)',
  requests: 'python-requests/2.34.2',
}

const retried = new Set([408, 429, 500, 502, 503, 504])
const safeMethods = new Set(['HEAD', 'GET', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])

/** Sends once; a failure of the network becomes az's error. */
export async function sendOnce(context: AzContext, request: AzRequest): Promise<AzResponse> {
  try {
    return await context.fetch(request)
  } catch (error) {
    throw networkError(context, request, error)
  }
}

/** Sends, and tries up to three times more after a status that may pass. */
export async function sendWithRetries(context: AzContext, request: AzRequest): Promise<AzResponse> {
  for (let attempt = 0; ; attempt += 1) {
    const response = await sendOnce(context, request)
    if (attempt === 3 || !mayRetry(request.method ?? 'GET', response.status)) return response
    const after = Number(response.headers.get('retry-after') ?? Number.NaN)
    await response.text()
    await context.sleep(Number.isFinite(after) ? after * 1000 : attempt === 0 ? 0 : 800 * 2 ** attempt)
  }
}

function mayRetry(method: string, status: number): boolean {
  if (!retried.has(status)) return false
  return safeMethods.has(method) || [500, 503, 504].includes(status)
}

function networkError({ env }: AzContext, request: AzRequest, error: unknown): AzError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error ? String(Reflect.get(cause, 'code') ?? '') : ''
  const { hostname, port } = new URL(request.url)
  const where = `HTTPSConnection(host='${hostname}', port=${port === '' ? 443 : port})`
  if (/CERT|SELF_SIGNED|UNABLE_TO/.test(code)) {
    return new AzError('[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate (_ssl.c:1006)', {
      recommendations: [
        'Certificate verification failed. This typically happens when using Azure CLI behind a proxy that intercepts traffic with a self-signed certificate. Please add this certificate to the trusted CA bundle. More info: https://learn.microsoft.com/cli/azure/use-cli-effectively#work-behind-a-proxy.',
      ],
    })
  }
  const proxy = env.HTTPS_PROXY ?? env.https_proxy
  if (code === 'ECONNREFUSED' && proxy !== undefined) {
    const at = new URL(proxy)
    return new AzError(
      `('Unable to connect to proxy', NewConnectionError("HTTPSConnection(host='${at.hostname}', port=${at.port || 80}): Failed to establish a new connection: [Errno 111] Connection refused"))`,
    )
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new AzError(`${where}: Failed to resolve '${hostname}' ([Errno -2] Name or service not known)`)
  if (code === 'ECONNREFUSED') return new AzError(`${where}: Failed to establish a new connection: [Errno 111] Connection refused`)
  return new AzError(`('Connection aborted.', ${cause instanceof Error ? cause.message : String(cause)})`)
}
