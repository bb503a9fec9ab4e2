// What a named host of a world's internet is: a function from Request to Response, and who is calling.
import type { JsonObject } from './json.ts'

/** Who is at the other end of a connection, as the socket's owner saw it. Web standards only. */
export interface Peer {
  /** The caller's address, for logs; `127.0.0.1` for callers in process. */
  readonly address: string
  /** Subject of the verified client certificate: `commonName` is the user, `organizations` the groups. */
  readonly certificate?: {
    readonly commonName: string
    readonly organizations: readonly string[]
  }
  /** Why the certificate that was shown is not believed; then `certificate` is absent. API servers answer it with Unauthorized. */
  readonly certificateError?: string
}

/** Two byte streams: what `exec`, `attach` and `port-forward` speak over after an upgrade. */
export interface Duplex {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

/** An answer to an upgrade: either taken (101 with these headers; the streams are then the host's), or an ordinary refusal. */
export type Upgrade =
  | {
      readonly accepted: true
      readonly headers: Readonly<Record<string, string>>
    }
  | { readonly accepted: false; readonly response: Response }

/** A host of the world (decision 3): `fetch` answers a request; `upgrade`, where there is one, takes a connection over. */
export interface Host {
  fetch(request: Request, peer: Peer): Promise<Response>
  upgrade?(request: Request, peer: Peer, duplex: Duplex): Promise<Upgrade>
}

/**
 * Ends each value of a header that may come several times with commas in its values, as `Impersonate-Group`: a web `Headers` joins values with commas.
 * No header that came over a network has it.
 */
export const valueEnd = '\u001f'

/** The peer of a caller in the same process. */
export const localPeer: Peer = { address: '127.0.0.1' }

/** A JSON response with the given status and extra headers. */
export function jsonResponse(body: JsonObject, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  })
}
