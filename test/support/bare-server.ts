// An API server alone on a stopped clock: no admission, no authorization, no controllers.
import { createActivity } from '#runner/base/activity.ts'
import { createClock, machinePulse, type WorldClock } from '#runner/base/clock.ts'
import { createRandom } from '#runner/base/random.ts'
import { type ApiServer, type ApiServerOptions, createApiServer } from '#runner/kubernetes/api-server.ts'
import type { Client } from '#runner/kubernetes/client.ts'
import { systemUser } from '#runner/kubernetes/identity.ts'

/** A server, a client of it, and a way to ask over HTTP as a member of `system:masters`. */
export interface BareServer {
  readonly server: ApiServer
  readonly clock: WorldClock
  readonly client: Client
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
}

/** Starts a server at the beginning of 2026. */
export function startBareServer(options: Partial<ApiServerOptions> = {}): BareServer {
  const activity = createActivity()
  const clock = createClock({ now: Date.parse('2026-01-01T00:00:00Z'), pace: 1, timers: [] }, { pulse: machinePulse, activity })
  const server = createApiServer({ clock, activity, random: createRandom('bare'), serviceCidr: '10.0.0.0/16', gitVersion: 'v1.35.4', ...options })
  const client = server.client(systemUser('tester'), { fieldManager: 'tester' })
  const peer = { address: '127.0.0.1', certificate: { commonName: 'tester', organizations: ['system:masters'] } }
  return {
    server,
    clock,
    client,
    ask(method, path, body, headers = {}) {
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
      const sent = text === undefined ? {} : { body: text }
      const type = text === undefined ? {} : { 'content-type': 'application/json' }
      return server.host.fetch(new Request(`https://kube.test${path}`, { method, headers: { 'user-agent': 'tester/1', ...type, ...headers }, ...sent }), peer)
    },
  }
}
