// Follows the objects of one kind on one cluster: lists, watches, and lists again whenever the watch ends.
import { equal } from '../base/json.ts'
import type { Client } from '../kubernetes/client.ts'
import type { KubernetesObject } from '../kubernetes/object.ts'
import type { CheckEvent, Watched } from './check.ts'

type Heard = (type: CheckEvent['type'], object: KubernetesObject) => void
type Kind = Exclude<Watched, { from: 'azure' }>

/** Tells of every object and every change until it is stopped. A kind that is not served yet is waited for; what fails is tried again by `later`. */
export function follow(client: Client, kind: Kind, heard: Heard, later?: (again: () => void) => void): { stop(): void } {
  const following = new Following(client, kind, heard, later)
  following.begin()
  return following
}

const definitions = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }

class Following {
  readonly #client: Client
  readonly #kind: Kind
  readonly #heard: Heard
  readonly #later: ((again: () => void) => void) | undefined
  readonly #known = new Map<string, KubernetesObject>()
  #stopped = false
  #inner: { stop(): void } | undefined

  constructor(client: Client, kind: Kind, heard: Heard, later?: (again: () => void) => void) {
    this.#client = client
    this.#kind = kind
    this.#heard = heard
    this.#later = later
  }

  /** A cluster that cannot be reached is gone, or says so to the check's own look. */
  begin(): void {
    if (!this.#stopped) void this.#listAndWatch().catch(() => this.#later?.(() => this.begin()))
  }

  stop(): void {
    this.#stopped = true
    this.#inner?.stop()
  }

  async #listAndWatch(): Promise<void> {
    const { apiVersion, kind, namespace } = this.#kind
    const resource = await this.#client.resourceFor(apiVersion, kind)
    if (!resource) return this.#waitForKind()
    const scope = namespace === undefined ? {} : { namespace }
    const list = await this.#client.list(resource, scope)
    if (this.#stopped) return
    this.#compare(list.items)
    this.#inner = this.#client.watch(
      resource,
      { ...scope, resourceVersion: list.resourceVersion },
      { event: ({ type, object }) => this.#note(type, object), end: (error) => (error && this.#later ? this.#later(() => this.begin()) : this.begin()) },
    )
  }

  /** Looks again at every change of the cluster's definitions. */
  async #waitForKind(): Promise<void> {
    const resource = await this.#client.resourceFor(definitions.apiVersion, definitions.kind)
    if (!resource || this.#stopped) return
    const { resourceVersion } = await this.#client.list(resource)
    if (this.#stopped) return
    const served = await this.#client.resourceFor(this.#kind.apiVersion, this.#kind.kind)
    if (served) return this.#listAndWatch()
    const again = (): void => {
      this.#inner?.stop()
      this.begin()
    }
    this.#inner = this.#client.watch(resource, { resourceVersion }, { event: again, end: again })
  }

  #compare(items: readonly KubernetesObject[]): void {
    const present = new Set(items.map(({ metadata }) => metadata.uid ?? ''))
    for (const [uid, object] of [...this.#known]) if (!present.has(uid)) this.#note('DELETED', object)
    for (const object of items) if (!equal(this.#known.get(object.metadata.uid ?? ''), object)) this.#note('ADDED', object)
  }

  #note(type: CheckEvent['type'], object: KubernetesObject): void {
    const uid = object.metadata.uid ?? ''
    if (type === 'DELETED') this.#known.delete(uid)
    else this.#known.set(uid, object)
    this.#heard(type, object)
  }
}
