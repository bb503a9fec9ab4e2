// For operators: is it alive, and how does it do. On the loopback, or behind the operator's own proxy.
import type { App, AppGround } from '../app-ground.ts'

/** `/healthz` and `/metrics`. */
export function operatorRoutes(app: App, { house, metrics, version }: AppGround): void {
  app.get('/healthz', (context) => context.json({ status: 'ok', version, sessions: house.size }))
  app.get('/metrics', async () => new Response(await metrics.page(), { headers: { 'content-type': metrics.contentType } }))
}
