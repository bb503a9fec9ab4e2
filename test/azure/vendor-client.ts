// The HTTP client of the vendor's JavaScript libraries, its requests answered by our hosts in process.
import type { ContainerServiceFleetClientOptionalParams } from '@azure/arm-containerservicefleet'
import type { SmallAzure } from './small-azure.ts'

type HttpClient = NonNullable<ContainerServiceFleetClientOptionalParams['httpClient']>
type PipelineRequest = Parameters<HttpClient['sendRequest']>[0]
type PipelineResponse = Awaited<ReturnType<HttpClient['sendRequest']>>

/** A client for a small Azure; its clock moves on by a second at each poll of an operation. */
export function vendorClient(small: SmallAzure): HttpClient {
  return {
    async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
      if (/\/operation(s|results|statuses)\//i.test(request.url)) await small.clock.advance(1000)
      const body = typeof request.body === 'string' ? { body: request.body } : {}
      const answer = await small.fetch(new Request(request.url, { method: request.method, headers: new Headers([...request.headers]), ...body }))
      return { request, status: answer.status, headers: headersOf(answer), bodyAsText: await answer.text() }
    },
  }
}

function headersOf(answer: Response): PipelineResponse['headers'] {
  const shown = new Map([...answer.headers])
  return {
    get: (name) => shown.get(name.toLowerCase()),
    has: (name) => shown.has(name.toLowerCase()),
    set: (name, value) => void shown.set(name.toLowerCase(), String(value)),
    delete: (name) => void shown.delete(name.toLowerCase()),
    toJSON: () => Object.fromEntries(shown),
    [Symbol.iterator]: () => shown.entries(),
  }
}
