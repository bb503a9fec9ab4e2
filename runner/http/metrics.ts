// What an operator sees of a server, in Prometheus' form.
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { SessionHouse } from '../sessions/session-house.ts'

/** Figures that are gathered as things happen, and the page that shows all. */
export interface Metrics {
  requestTook(labels: { readonly method: string; readonly route: string; readonly status: number }, seconds: number): void
  /** Time from a window's input to the next output of its terminal. */
  echoTook(seconds: number): void
  contentType: string
  page(): Promise<string>
}

/** Metrics of one server; nothing is shared with another in the same process. */
export function createMetrics(house: SessionHouse): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix: 'drydock_' })
  const requests = new Histogram({
    name: 'drydock_http_request_duration_seconds',
    help: 'Time to answer requests of the page',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  })
  const echo = new Histogram({
    name: 'drydock_terminal_echo_seconds',
    help: 'Time from input to the next output of its terminal',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.1, 1],
    registers,
  })
  const gauge = (name: string, help: string, value: () => number | Promise<number>): void => {
    const made = new Gauge({
      name,
      help,
      registers,
      async collect() {
        made.set(await value())
      },
    })
  }
  gauge('drydock_sessions', 'Sessions that run', () => house.size)
  gauge('drydock_windows', 'Windows that look at sessions', () => house.windows())
  gauge(
    'drydock_worlds_running',
    'Worlds whose clock runs',
    async () => (await house.live()).filter((one) => !one.closed && one.body.world.clock.running).length,
  )
  gauge('drydock_terminals', 'Terminals that are open', async () =>
    (await house.live()).reduce((sum, one) => sum + (one.closed ? 0 : one.body.terminals.size), 0),
  )
  return {
    requestTook: ({ method, route, status }, seconds) => requests.observe({ method, route, status: String(status) }, seconds),
    echoTook: (seconds) => echo.observe(seconds),
    contentType: registry.contentType,
    page: () => registry.metrics(),
  }
}
