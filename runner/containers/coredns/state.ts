// How a CoreDNS stands, and the servers that it has made of its Corefile.
import type { DnsAnswer, DnsQuestion } from '../dns-message.ts'
import type { ClusterReader } from '../pod.ts'

/** What answers are taken from. */
export interface DnsGround {
  readonly reader: ClusterReader
  /** What SOA records of the cluster's zones say. */
  readonly serial: number
  /** Asks the same server a question of its own. */
  ask(question: DnsQuestion): DnsAnswer
}

/** The servers of a Corefile. */
export interface DnsServers {
  /** The zones and ports that are served, as they are said at the start: `.:53`. */
  readonly addresses: readonly string[]
  /** Plugins that some server has. */
  readonly plugins: ReadonlySet<string>
  /** What the server on port 53 answers. */
  answer(question: DnsQuestion, ground: Omit<DnsGround, 'ask'>): DnsAnswer
  /** True if questions for a name are written into the log. */
  logs(name: string): boolean
}

/** A Corefile that was read and set up, or why it could not be. */
export type Loaded = Readonly<{ servers: DnsServers; digest: string; unmatched: readonly string[]; fault?: undefined }> | Readonly<{ fault: string }>

/** How a pod of CoreDNS stands. */
export interface CoreDnsState {
  /** What it found when it started. */
  readonly start: Loaded
  /** What it answers with. */
  readonly present: Loaded
  /** Why it went on with what it had. */
  readonly refused: string | undefined
}
