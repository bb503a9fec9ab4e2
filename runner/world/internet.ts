// A world's internet: which host names it has, who answers there, and the certificate that each name shows.
import type { Host } from '../base/host.ts'

/** What a TLS server needs to be a host: PEM key and chain, and whose client certificates it believes. */
export interface ServerIdentity {
  readonly key: string
  readonly certificate: string
  /** PEM of the CA for client certificates, for hosts that take them (API servers). */
  readonly clientCa?: string
}

/** The named hosts of one world. */
export interface Internet {
  /** Every host name, sorted. */
  names(): readonly string[]
  /** The host of a name (case does not count), or undefined: the world does not have it. */
  host(name: string): Host | undefined
  /** The name's TLS identity, valid for the name, `localhost` and `127.0.0.1`; undefined for an unknown name. */
  identity(name: string): ServerIdentity | undefined
  /** PEM of the world's own CA. */
  readonly ca: string
  /** Calls back after hosts appeared or went; returns what ends it. */
  onChange(listener: () => void): () => void
}
