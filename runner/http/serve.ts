// Site and runner on one port (a door): listens, and ends so that nothing is lost.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createApp } from './app.ts'
import type { AppGround } from './app-ground.ts'
import { allowedNames } from './guard.ts'
import { createMetrics } from './metrics.ts'
import { siteFiles } from './site-files.ts'
import { createTickets } from './tickets.ts'
import { takeUpgrades } from './upgrade.ts'

/** What a server is made with. `site` is the folder of the built site; `origins` are further names under which it is reached. */
export interface ServerOptions extends Omit<AppGround, 'allowed' | 'tickets' | 'metrics' | 'site'> {
  readonly host: string
  readonly port: number
  readonly site: string
  readonly origins: readonly string[]
}

/** A running server. */
export interface RunnerServer {
  readonly port: number
  /** Stores every session, then ends. */
  close(): Promise<void>
}

const cleanEvery = 3_600_000

/** Starts serving. Rejects with the system's error where the address cannot be listened on. */
export async function serveRunner(options: ServerOptions): Promise<RunnerServer> {
  const server = createServer({ requestTimeout: 30_000, maxHeaderSize: 16 * 1024 })
  server.maxHeadersCount = 100
  await once(server.listen(options.port, options.host), 'listening')
  const { port } = server.address() as AddressInfo
  const { now, house } = options
  const ground: AppGround = {
    ...options,
    allowed: allowedNames(port, options.origins),
    tickets: createTickets(now),
    metrics: createMetrics(house),
    site: siteFiles(options.site),
  }
  const app = createApp(ground)
  server.on('request', getRequestListener(app.fetch, { overrideGlobalObjects: false }))
  const closeSockets = takeUpgrades(server, ground)
  const clean = setInterval(() => void house.clean(), cleanEvery).unref()
  await house.clean()
  return {
    port,
    async close() {
      clearInterval(clean)
      server.close()
      await house.close()
      closeSockets()
      await closed(server)
    },
  }
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  if (server.listening) await once(server, 'close')
}
