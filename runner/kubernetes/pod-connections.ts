// What a server asks of the nodes behind it: logs, programs in containers, and connections to their ports.
import type { KubernetesObject } from './object.ts'

/** Which lines of a container's output are wanted. */
export interface LogQuery {
  readonly container: string
  readonly follow: boolean
  readonly previous: boolean
  readonly timestamps: boolean
  readonly tailLines?: number
  readonly sinceSeconds?: number
  readonly sinceTime?: string
  readonly limitBytes?: number
  readonly stream?: 'out' | 'err'
}

/** How large a terminal is. */
export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** The streams of somebody who is connected to a program. */
export interface RemoteStreams {
  readonly tty: boolean
  out(bytes: Uint8Array): void
  err(bytes: Uint8Array): void
  /** What is to be awaited before more is written, while the other end does not read; absent where it always does. */
  drained?(): Promise<void> | undefined
  /** Absent if nothing is sent in. Called at once with what came before. */
  readonly stdin?: { follow(listener: { data(bytes: Uint8Array): void; end(): void }): void }
  /** Of a terminal: how large it is, whenever that changes. Called at once with what came before. */
  readonly size?: { follow(listener: (size: TerminalSize) => void): void }
  /** Fires when the other end is gone. */
  readonly gone: AbortSignal
}

/** How a program that somebody was connected to ended: with an exit code, or not at all, and why; or the node never took the connection. */
export type RemoteEnd = { readonly exitCode: number } | { readonly problem: string } | { readonly refused: string }

/** A connection to a port of a pod: bytes go in by `send` and come out by `receive`, until `close`. */
export interface PortConnection {
  send(bytes: Uint8Array): void
  close(): void
}

/** Takes what a connection to a port brings. */
export interface PortReceiver {
  data(bytes: Uint8Array): void
  /** Nothing more comes; `problem` says why where the connection was not closed but broken. */
  end(problem?: string): void
}

/** What came of dialing a port: a connection, or why there is none. */
export type Dialed = PortConnection | { readonly problem: string }

/** What something uses: billionths of a core, and bytes of its working set. */
export interface Usage {
  readonly cpu: number
  readonly memory: number
}

/** What the nodes measured last: when, over how long (`15.02s`), and what each node and running container used. */
export interface Measures {
  readonly time: number
  readonly window: string
  node(node: KubernetesObject): Usage | undefined
  container(pod: KubernetesObject, name: string): Usage | undefined
}

/** What came of a post: an answer, why there is none, or that the program there is one that nobody wrote down. */
export type Posted = { readonly status: number; readonly body: string } | { readonly problem: string } | { readonly notSimulated: true }

/** The nodes behind a server. Problems with a container are thrown as `StatusError`. */
export interface PodConnections {
  logs(pod: KubernetesObject, query: LogQuery): Promise<string | ReadableStream<Uint8Array>>
  /** Why a node takes no connection to a container; undefined where it takes one. */
  refuses(pod: KubernetesObject, container: string, subresource: 'exec' | 'attach'): string | undefined
  exec(pod: KubernetesObject, container: string, command: readonly string[], streams: RemoteStreams): Promise<RemoteEnd>
  attach(pod: KubernetesObject, container: string, streams: RemoteStreams): Promise<RemoteEnd>
  dial(pod: KubernetesObject, port: number, receive: PortReceiver): Promise<Dialed>
  /** Sends a request to a port of a pod, or to a port of a service by number or name; undefined if nobody is behind it. */
  proxy(to: { readonly object: KubernetesObject; readonly port: string }, request: Request, path: string): Promise<Response | undefined>
  /** Posts a body over TLS to a port of a service, as the API server calls webhooks; undefined if nobody is behind it. */
  post(
    to: { readonly service: KubernetesObject; readonly port: number; readonly path: string; readonly seconds: number },
    body: string,
  ): Promise<Posted | undefined>
  /** What is used now: a function of the objects, the world's time and chance. */
  measure(): Measures
}
