// Names as pods ask for them: by CoreDNS' pods as they are configured, by a name server of the internet, or by nobody.
import { createRandom } from '../base/random.ts'
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import { logLine } from './coredns/query-log.ts'
import { coreDnsIn, usual } from './coredns/running.ts'
import type { DnsAnswer, DnsQuestion } from './dns-message.ts'
import type { NetworkGround, Origin } from './network/cluster-network.ts'
import { answeringNames } from './network/dns.ts'
import { answerOutside } from './network/outside.ts'
import { objects } from './pod.ts'
import type { ReachedLog } from './sleeps.ts'

/** What answers are made of. */
export interface NamesOptions {
  readonly runs: ReachedLog
  /** World time, ms. */
  now(): number
}

/** The name service of a cluster. */
export class ClusterNames {
  readonly #options: NamesOptions
  #questions = 0
  #written: Promise<void> = Promise.resolve()

  constructor(options: NamesOptions) {
    this.#options = options
  }

  /** What whoever is asked answers; undefined if it is silent. */
  answer(origin: Origin, question: DnsQuestion, ground: NetworkGround): DnsAnswer | undefined {
    const answering = answeringNames(origin, ground)
    if (answering === undefined || answering === 'outside') return answering && answerOutside(question)
    const loaded = (answering === 'unseen' ? undefined : coreDnsIn(answering, ground.reader, this.#options.now())?.present) ?? usual
    if (loaded.fault !== undefined) return undefined
    const answer = loaded.servers.answer(question, { reader: ground.reader, serial: serialOf(ground) })
    if (answering !== 'unseen' && loaded.servers.logs(question.name)) this.#log(answering, origin, { question, answer })
    return answer
  }

  /** The addresses of the first of several names that is known. */
  resolve(names: readonly string[], origin: Origin, ground: NetworkGround): { readonly name: string; readonly addresses: readonly string[] } | undefined {
    for (const name of names) {
      const { answers = [] } = this.answer(origin, { name, type: 'A' }, ground) ?? {}
      const addresses = answers.filter(({ type }) => type === 'A').map(({ data }) => data)
      if (addresses.length > 0) return { name, addresses }
    }
    return undefined
  }

  /** Lines are written one after another, into a log that may have to begin first. */
  #log(pod: KubernetesObject, { address }: Origin, asked: { readonly question: DnsQuestion; readonly answer: DnsAnswer }): void {
    this.#questions += 1
    const line = logLine(address, asked.question, asked.answer, createRandom(`${pod.metadata.uid}/${this.#questions}`))
    const name = String(objects(at(pod, 'spec', 'containers'))[0]?.name ?? '')
    this.#written = this.#written.then(async () => (await this.#options.runs.run(pod, name))?.write('out', line))
  }
}

/** The serial of the zone: when it was made, in seconds (CoreDNS takes the time of its last change). */
function serialOf({ reader }: NetworkGround): number {
  const service = reader.get('v1', 'Service', { namespace: 'kube-system', name: 'kube-dns' })
  return Math.floor(Date.parse(service?.metadata.creationTimestamp ?? '2026-01-01T00:00:00Z') / 1000)
}
