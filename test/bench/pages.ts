// The page's server under a class of learners: starts, echoes, memory, verdicts, coming back, going back. Over its own sockets, on this machine.
import { readFileSync } from 'node:fs'
import { createRandom } from '#runner/base/random.ts'
import { attached, type PageClient, type PageWindow, pageClient } from '#test/support/page-client.ts'
import { type ServedRunner, serveRunner } from '#test/support/serve-runner.ts'
import { type Figure, median } from './measure.ts'

const arrivals = { count: 200, within: 60_000 }
const echoes = { perSession: 4, every: 2000 }
const mebibyte = 1024 * 1024

interface Learner {
  readonly client: PageClient
  readonly session: string
  readonly window: PageWindow
  readonly ms: number
}

/** Figures of the page. */
export async function pageFigures(): Promise<Figure[]> {
  const server = await serveRunner()
  try {
    await arrive(server)
    const alone: number[] = []
    for (let count = 0; count < 10; count += 1) alone.push((await arrive(server)).ms)
    const before = available()
    const class200 = await arriveWithin(server, arrivals)
    const figures = [
      ...percentiles('page to prompt, one at a time', alone, { p50: 300 }),
      ...percentiles(
        `page to prompt, ${arrivals.count} within 60 s`,
        class200.map(({ ms }) => ms),
        { p95: 1000 },
      ),
      {
        what: `memory a session, all in (of ${arrivals.count}, idle shells)`,
        budget: 25,
        measured: (before - available()) / mebibyte / arrivals.count,
        unit: 'MiB',
      },
    ]
    const [first] = class200
    if (!first) return figures
    figures.push(...percentiles('echo, 1 session', await echo([first], 40, 100), {}))
    figures.push(...percentiles('echo, 100 sessions', await echo(class200.slice(0, 100), echoes.perSession, echoes.every), { p99: 10 }))
    const more = await arriveWithin(server, { count: 100, within: 30_000 })
    figures.push(...percentiles('echo, 300 sessions', await echo([...class200, ...more], echoes.perSession, echoes.every), { p99: 25 }))
    return [...figures, ...(await oneLearner(server))]
  } finally {
    await server.dispose()
  }
}

async function arrive(server: ServedRunner): Promise<Learner> {
  const began = performance.now()
  const client = pageClient(server.url)
  const { id } = await client.begin('fleet-manager')
  const window = await attached(client, id)
  return { client, session: id, window, ms: performance.now() - began }
}

async function arriveWithin(server: ServedRunner, { count, within }: { count: number; within: number }): Promise<Learner[]> {
  const arriving: Promise<Learner>[] = []
  for (let index = 0; index < count; index += 1) {
    arriving.push(arrive(server))
    await pause(within / count)
  }
  return Promise.all(arriving)
}

/** Every session types a letter now and then; gives how long each took to come back, ms. */
async function echo(learners: readonly Learner[], times: number, every: number): Promise<number[]> {
  const random = createRandom('echo')
  const taken = await Promise.all(
    learners.map(async ({ window }) => {
      const own: number[] = []
      await pause(random.below(every))
      for (let time = 0; time < times; time += 1) {
        const length = window.output.get(1)?.bytes.length ?? 0
        const began = performance.now()
        window.type('x')
        await window.until(() => (window.output.get(1)?.bytes.length ?? 0) > length)
        own.push(performance.now() - began)
        await pause(every / 2 + random.below(every))
      }
      return own
    }),
  )
  return taken.flat()
}

/** What one learner waits for: a verdict, coming back to a megabyte of scrollback, going back to a step. */
async function oneLearner(server: ServedRunner): Promise<Figure[]> {
  const client = pageClient(server.url)
  const { id } = await client.begin('fleet-manager', { from: 7 })
  const window = await attached(client, id)
  const delays: number[] = []
  for (let count = 0; count < 8; count += 1) {
    const replicas = count % 2
    let heard = 0
    const seen = window.messages.length
    const standing = window.until(() => {
      if (!window.messages.slice(seen).some((message) => message.type === 'standing' && message.standing.id === 'workload-on-members')) return false
      heard ||= performance.now()
      return true
    })
    await window.run(
      `kubectl --context member-west-ctx -n fleet-demo ${replicas === 0 ? 'delete deployment web --wait=false' : 'create deployment web --image=nginx'}`,
    )
    const printed = performance.now()
    await standing
    delays.push(Math.max(0, heard - printed))
  }
  window.type('head -c 1000000 /dev/zero | tr "\\0" r | fold -w 79\r')
  await window.until(() => (window.output.get(1)?.bytes.length ?? 0) > 1_010_000, 'a megabyte')
  await window.run('true')
  await window.close()
  const repaints: number[] = []
  const restarts: number[] = []
  for (let count = 0; count < 10; count += 1) {
    const began = performance.now()
    const again = await client.window(id)
    again.send({ type: 'attach', terminal: 1 })
    await again.until(
      () =>
        again.last('attached') !== undefined &&
        (again.output.get(1)?.bytes.length ?? 0) >= (again.last('attached')?.live ?? 0) - (again.last('attached')?.from ?? 0),
    )
    repaints.push(performance.now() - began)
    await again.close()
  }
  const last = await attached(client, id)
  for (let count = 0; count < 6; count += 1) {
    const began = performance.now()
    await client.request('POST', `/api/sessions/${id}/restart`, { step: 7 })
    last.send({ type: 'attach', terminal: 1 })
    await last.until(() => /\]133;B/.test(last.text()), 'a prompt')
    restarts.push(performance.now() - began)
  }
  return [
    { what: 'verdict after what decides it was printed, p95', budget: 200, measured: percentile(delays, 0.95), unit: 'ms' },
    { what: 'reconnect to the last byte of 1 MB, p95 (no painting)', budget: 1000, measured: percentile(repaints, 0.95), unit: 'ms' },
    { what: 'back to step 7, with a prompt', budget: 500, measured: median(restarts), unit: 'ms' },
  ]
}

function percentiles(what: string, values: readonly number[], budgets: { readonly p50?: number; readonly p95?: number; readonly p99?: number }): Figure[] {
  const wanted = Object.keys(budgets).length === 0 ? (['p50', 'p99'] as const) : ([...new Set(['p50', ...Object.keys(budgets)])] as ('p50' | 'p95' | 'p99')[])
  return wanted.map((name) => ({ what: `${what}, ${name}`, budget: budgets[name], measured: percentile(values, Number(name.slice(1)) / 100), unit: 'ms' }))
}

function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}

/** Memory that the machine could still give, bytes. */
function available(): number {
  return Number(/MemAvailable:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
