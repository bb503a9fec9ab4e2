// Our az on a small Azure, in process: signed in as its owner, its sleeps move the world's clock.
import { type MemoryAz, memoryAz } from '#test/support/az-memory.ts'
import { type SmallAzure, subscriptionId } from './small-azure.ts'

/** An az whose requests a small Azure answers; `slept` are the pauses that it made, ms. */
export function azOn(small: SmallAzure): MemoryAz & { slept: number[] } {
  const az = memoryAz(() => ({}), false, subscriptionId)
  const slept: number[] = []
  const fetch: MemoryAz['context']['fetch'] = async (sent) => {
    const request = new Request(sent.url, sent)
    if (request.url.endsWith('/oauth2/v2.0/token')) {
      const graph = (await request.text()).includes('graph.microsoft.com')
      const token = graph ? small.azure.tokenFor('ada@contoso.test', 'https://graph.microsoft.com/') : small.token()
      return Response.json({ access_token: token, refresh_token: 'r', expires_in: 3600, token_type: 'Bearer' })
    }
    if (request.url.includes('/.well-known/')) return Response.json({})
    return small.fetch(request)
  }
  const sleep = async (ms: number): Promise<void> => {
    slept.push(ms)
    await small.clock.advance(ms)
  }
  return { ...az, slept, context: { ...az.context, fetch, sleep } }
}
