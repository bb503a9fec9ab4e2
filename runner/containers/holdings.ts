// What a runtime keeps of its containers beside their runs: files that were written, tokens that were given, environments as they were at a start.
import type { KubernetesObject } from '../kubernetes/object.ts'
import type { Entry, Writes } from './files.ts'
import { KeptFiles } from './kept-files.ts'
import { keyOfNode } from './node-volume.ts'

/** Everything of it that a snapshot holds. */
export interface HoldingsState {
  readonly files: Readonly<Record<string, Readonly<Record<string, Entry | null>>>>
  readonly tokens: Readonly<Record<string, string>>
  readonly environments: Readonly<Record<string, Environment>>
}

type Environment = readonly (readonly [name: string, value: string])[]

/** Makes a token of a service account, bound to its pod. */
export type TokenSource = (pod: KubernetesObject, audience: string, seconds: number) => string

/** The holdings of a cluster's containers. */
export class Holdings {
  readonly #files = new Map<string, KeptFiles>()
  readonly #kept = { bytes: 0 }
  readonly #tokens: Map<string, string>
  readonly #environments: Map<string, Environment>
  readonly #source: TokenSource

  constructor({ files = {}, tokens = {}, environments = {} }: Partial<HoldingsState>, source: TokenSource) {
    for (const [key, entries] of Object.entries(files)) this.#restore(key, entries)
    this.#tokens = new Map(Object.entries(tokens))
    this.#environments = new Map(Object.entries(environments))
    this.#source = source
  }

  /** What older releases kept by folders of a node is kept by the node. */
  #restore(key: string, entries: Readonly<Record<string, Entry | null>>): void {
    const [, node, folder] = /^(node\/[^/]+)\/(.*)$/.exec(key) ?? []
    const writes = this.writes(node ?? key)
    const prefix = folder === undefined || folder === '' ? '' : `${folder.replace(/\/+$/, '')}/`
    for (const [path, entry] of Object.entries(entries)) writes.set(`${prefix}${path}`.replace(/\/$/, ''), entry)
  }

  state(): HoldingsState {
    const files = Object.fromEntries([...this.#files].filter(([, writes]) => writes.size > 0).map(([key, writes]) => [key, Object.fromEntries(writes)]))
    return { files, tokens: Object.fromEntries(this.#tokens), environments: Object.fromEntries(this.#environments) }
  }

  /** What was written below a folder: `root/RUN`, `pod/UID/VOLUME`, `node/NODE` ... */
  writes(key: string): Writes {
    const known = this.#files.get(key) ?? new KeptFiles(this.#kept)
    this.#files.set(key, known)
    return known
  }

  /** True for a file that was written to a node's own files. */
  onNode(node: string, path: string): boolean {
    return this.#files.get(keyOfNode(node))?.get(path.replace(/^\/+/, ''))?.kind === 'file'
  }

  /** The token of a pod for an audience: the same one until most of its time is over. */
  token(pod: KubernetesObject, audience: string, { seconds, now }: { readonly seconds: number; readonly now: number }): string {
    const key = `${pod.metadata.uid} ${audience}`
    const known = this.#tokens.get(key)
    if (known !== undefined && now < madeAt(known) + renewedAfter(seconds)) return known
    const made = this.#source(pod, audience, seconds)
    this.#tokens.set(key, made)
    return made
  }

  /** The environment that a run began with, if it was kept. */
  environment(run: string): Environment | undefined {
    return this.#environments.get(run)
  }

  keepEnvironment(run: string, environment: Environment): void {
    this.#environments.set(run, environment)
  }

  /** The root of a run's container is taken away. */
  forgetRoot(run: string): void {
    this.#drop(`root/${run}`)
  }

  forgetRuns(gone: (run: string) => boolean): void {
    for (const key of this.#environments.keys()) if (gone(key)) this.#environments.delete(key)
  }

  #drop(key: string): void {
    this.#files.get(key)?.clear()
    this.#files.delete(key)
  }

  /** A pod is gone, and with it what was its own. */
  forgetPod(uid: string): void {
    for (const key of this.#files.keys()) if (key.startsWith(`pod/${uid}/`) || key.startsWith(`root/${uid}/`)) this.#drop(key)
    for (const key of this.#tokens.keys()) if (key.startsWith(`${uid} `)) this.#tokens.delete(key)
  }
}

/** A token is renewed after four fifths of the time that was asked for, and after a day (kubelet `token_manager.go`), ms. */
function renewedAfter(seconds: number): number {
  return Math.min(seconds * 0.8, 86_400) * 1000
}

/** When a token was made, as it says itself; of one that cannot be read it does not matter. */
function madeAt(token: string): number {
  const [, claims = ''] = token.split('.')
  const text = /^[\w-]+$/.test(claims) ? atob(claims.replaceAll('-', '+').replaceAll('_', '/')) : ''
  const [, seconds] = /"iat":(\d+)/.exec(text) ?? []
  return seconds === undefined ? Number.POSITIVE_INFINITY : Number(seconds) * 1000
}
