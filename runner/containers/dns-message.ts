// Questions for names, and what name servers answer.

/** What a name server is asked: a whole name, without the dot at its end or with it. */
export interface DnsQuestion {
  readonly name: string
  /** `A`, `SRV`, `PTR`, `ANY` ... */
  readonly type: string
}

/** A resource record; names are without the dot at their end, data is as it is printed. */
export interface DnsRecord {
  readonly name: string
  /** Seconds. */
  readonly ttl: number
  readonly type: string
  readonly data: string
}

/** What a name server answers. */
export interface DnsAnswer {
  readonly status: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED'
  /** The name server answers for the zone itself. */
  readonly own: boolean
  readonly answers: readonly DnsRecord[]
  readonly authority: readonly DnsRecord[]
  readonly additional: readonly DnsRecord[]
}
