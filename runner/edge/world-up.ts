// A world kept up for clients outside: a loopback port for each cluster and cloud host, a proxy, a kubeconfig, and the descriptor of it all.
import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { clockHostName } from '../world/clock-host.ts'
import type { World } from '../world/world.ts'
import { azureHosts, azurePart, clustersPart, type Descriptor, kubeconfigOf } from './descriptor.ts'
import { createPorts, type Ports, urlOf } from './loopback-ports.ts'
import { createProxy } from './proxy.ts'
import { createEdge, type EdgeLogEntry } from './serve.ts'

/** A world that is up. */
export interface WorldUp {
  /** What stands in the files once everything that changed so far has been written. */
  descriptor(): Promise<Descriptor | undefined>
  /** Closes every port and removes every file. */
  close(): Promise<void>
}

/** Opens the ports and writes the descriptor to `out`; both follow the world's clusters as they come and go. */
export async function startWorldUp(world: World, options: { readonly out: string; log?(entry: EdgeLogEntry): void }): Promise<WorldUp> {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-world-'))
  const places = { out: resolve(options.out), ca: join(folder, 'ca.pem'), kubeconfig: join(folder, 'kubeconfig') }
  const edge = createEdge(world.internet, options.log ? { log: options.log } : {})
  const proxy = createProxy(world.internet, edge)
  const ports = createPorts((server, target) => void edge.attach(server, target))
  let stopFollowing = (): void => undefined
  let turn: Promise<Descriptor | undefined> = Promise.resolve(undefined)
  const write = (): Promise<Descriptor> => writeFiles(world, { places, ports, proxy: urlOf('http', proxy) })

  async function close(): Promise<void> {
    stopFollowing()
    await turn.catch(() => undefined)
    edge.close()
    ports.close()
    proxy.close()
    proxy.closeAllConnections()
    rmSync(folder, { recursive: true, force: true })
    rmSync(places.out, { force: true })
  }

  try {
    writeWhole(places.ca, world.internet.ca)
    await once(proxy.listen(0, '127.0.0.1'), 'listening')
    turn = write()
    await turn
  } catch (error) {
    await close()
    throw error
  }
  stopFollowing = world.onChange(() => {
    turn = turn.catch(() => undefined).then(write)
    turn.catch(() => undefined)
  })
  return { descriptor: () => turn, close }
}

interface Written {
  readonly places: { readonly out: string; readonly ca: string; readonly kubeconfig: string }
  readonly ports: Ports
  readonly proxy: string
}

async function writeFiles(world: World, { places, ports, proxy }: Written): Promise<Descriptor> {
  const clusters = world.clusters()
  ports.keep([...clusters.map(({ spec }) => spec.host), ...Object.values(azureHosts), clockHostName])
  const servers = new Map<string, string>()
  for (const { spec } of clusters) servers.set(spec.id, await ports.url({ host: spec.host }))
  const azure = await azurePart(world, ports)
  const descriptor = {
    proxy,
    caFile: places.ca,
    kubeconfig: places.kubeconfig,
    clusters: clustersPart(clusters, servers),
    ...(azure ? { azure } : {}),
    clock: await ports.url({ host: clockHostName, plain: true }),
  }
  writeWhole(places.kubeconfig, kubeconfigOf(clusters, { servers, ca: world.internet.ca }))
  writeWhole(places.out, `${JSON.stringify(descriptor, undefined, 2)}\n`)
  return descriptor
}

/** Writes a file so that a reader sees the old one or the new one, never half of it; only its owner may read it. */
function writeWhole(file: string, text: string): void {
  const draft = `${file}.${process.pid}.draft`
  writeFileSync(draft, text, { mode: 0o600 })
  renameSync(draft, file)
}
