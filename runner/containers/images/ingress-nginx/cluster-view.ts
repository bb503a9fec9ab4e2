// What ingress-nginx knows of its cluster: the Ingresses that are its own, and the addresses behind their Services.
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { ApiUnreachable, callApi } from '../../in-cluster.ts'
import type { Process } from '../../process.ts'
import { objectsIn, partOf } from './routes.ts'

/** Where a Service of an Ingress is answered. */
export interface Upstream {
  /** As it stands in the access log. */
  readonly name: string
  readonly addresses: readonly string[]
  readonly port: number
}

/** What the controller was told when it was started. */
export interface Told {
  readonly controllerClass: string
  readonly ingressClass: string
  readonly withoutClass: boolean
}

async function items(process: Process, path: string): Promise<readonly JsonObject[]> {
  try {
    const { status, body } = await callApi(process, { method: 'GET', path })
    return status === 200 && isObject(body) ? objectsIn(body.items) : []
  } catch (error) {
    if (error instanceof ApiUnreachable) return []
    throw error
  }
}

/** The Ingresses that the controller serves: of its classes, of its old annotation, or of none where it was told so. */
export async function ownIngresses(process: Process, told: Told): Promise<readonly JsonObject[]> {
  const root = '/apis/networking.k8s.io/v1'
  const [ingresses, classes] = await Promise.all([items(process, `${root}/ingresses`), items(process, `${root}/ingressclasses`)])
  const own = new Set(classes.filter((each) => partOf(each, 'spec').controller === told.controllerClass).map((each) => partOf(each, 'metadata').name))
  return ingresses.filter((ingress) => {
    const name = partOf(ingress, 'spec').ingressClassName ?? partOf(partOf(ingress, 'metadata'), 'annotations')['kubernetes.io/ingress.class']
    return name === undefined ? told.withoutClass : own.has(name) || (own.size === 0 && name === told.ingressClass)
  })
}

/** Who answers for a backend of an Ingress. */
export async function upstreamOf(process: Process, ingress: JsonObject, backend: JsonObject): Promise<Upstream> {
  const namespace = String(partOf(ingress, 'metadata').namespace)
  const service = partOf(backend, 'service')
  const wanted = partOf(service, 'port')
  const name = `${namespace}-${String(service.name ?? '')}-${String(wanted.name ?? wanted.number ?? '')}`
  const [found] = (await items(process, `/api/v1/namespaces/${namespace}/services?fieldSelector=metadata.name%3D${String(service.name ?? '')}`)).slice(0, 1)
  const port = objectsIn(found && partOf(found, 'spec').ports).find(
    (each) => each.port === wanted.number || (wanted.name !== undefined && each.name === wanted.name),
  )
  if (!port) return { name, addresses: [], port: 0 }
  const slices = await items(
    process,
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D${String(service.name)}`,
  )
  return { name, ...readyOf(slices, port.name) }
}

function readyOf(slices: readonly JsonObject[], port: Json | undefined): Pick<Upstream, 'addresses' | 'port'> {
  for (const slice of slices) {
    const number = objectsIn(slice.ports).find((each) => (each.name ?? '') === (port ?? ''))?.port
    const ready = objectsIn(slice.endpoints).filter((each) => partOf(each, 'conditions').ready !== false)
    const addresses = ready.flatMap((each) => (Array.isArray(each.addresses) ? each.addresses.map(String) : []))
    if (addresses.length > 0) return { addresses, port: Number(number) }
  }
  return { addresses: [], port: 0 }
}
