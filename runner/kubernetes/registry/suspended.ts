// Writes that ask webhooks. A write is one step from its request to the store, so one that needs an answer from outside is broken off,
// the answer is fetched, and the write is done again with it: what was drawn by chance the first time is drawn again.
import type { Random } from '../../base/random.ts'
import type { WebhookAnswer, WebhookCall } from '../kind.ts'
import type { Engine } from './engine.ts'

/** An engine whose webhooks can be called. */
export interface CallingEngine extends Engine {
  callWebhook(asking: WebhookCall): Promise<WebhookAnswer>
}

class Suspended {
  readonly asking: WebhookCall
  constructor(asking: WebhookCall) {
    this.asking = asking
  }
}

const configurations = ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'].map((plural) => `admissionregistration.k8s.io/${plural}`)

/** Does a write, as often as it takes until every webhook that it asks has answered. Without webhooks it is done at once. */
export function withWebhooks<engine extends CallingEngine, result>(engine: engine, write: (engine: engine) => result): result | Promise<result> {
  const asked = engine.admission.some(({ name }) => name.endsWith('AdmissionWebhook'))
  if (!asked || configurations.every((storage) => engine.store.list(storage).length === 0)) return write(engine)
  return suspended(engine, write)
}

async function suspended<engine extends CallingEngine, result>(engine: engine, write: (engine: engine) => result): Promise<result> {
  const draws: unknown[] = []
  const answers: { readonly name: string; readonly answer: WebhookAnswer }[] = []
  for (;;) {
    let next = 0
    const call = (asking: WebhookCall): WebhookAnswer => {
      const known = answers[next]
      if (known?.name !== asking.name) {
        answers.length = next
        throw new Suspended(asking)
      }
      next += 1
      return known.answer
    }
    try {
      return write({ ...engine, random: taped(engine.random, draws), call })
    } catch (error) {
      if (!(error instanceof Suspended)) throw error
      answers.push({ name: error.asking.name, answer: await engine.callWebhook(error.asking) })
    }
  }
}

/** Chance that gives what it gave before, as far as that goes. */
function taped(random: Random, draws: unknown[]): Random {
  let at = 0
  const draw = <value>(make: () => value): value => {
    if (at === draws.length) draws.push(make())
    at += 1
    return draws[at - 1] as value
  }
  return {
    next: () => draw(() => random.next()),
    below: (limit) => draw(() => random.below(limit)),
    bytes: (count) => draw(() => random.bytes(count)),
    letters: (length, alphabet) => draw(() => random.letters(length, alphabet)),
    uuid: () => draw(() => random.uuid()),
    get state() {
      return random.state
    },
    goOn: (state) => random.goOn(state),
  }
}
