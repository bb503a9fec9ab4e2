// Work that asks webhooks. A write is one step from its request to the store, so one that needs an answer from outside is broken off,
// the answer is fetched, and the write is done again with it: what was drawn by chance the first time is drawn again.
import type { Random } from '../../base/random.ts'
import { convert, Unconverted } from '../custom-resources/conversion.ts'
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
  if (!asked || configurations.every((storage) => engine.store.list(storage).length === 0)) return orConverting(engine, write)
  return suspended(engine, write)
}

function orConverting<engine extends CallingEngine, result>(engine: engine, write: (engine: engine) => result): result | Promise<result> {
  try {
    return write(engine)
  } catch (error) {
    // Whatever has to be converted is converted before anything is stored: the write begins anew.
    if (error instanceof Unconverted) return suspended(engine, write)
    throw error
  }
}

/** Does what reads objects, as often as it takes until every webhook that converts them has answered. */
export function withConversions<result>(engine: CallingEngine, read: () => result | Promise<result>): Promise<result> {
  return again(engine, read, () => undefined)
}

function suspended<engine extends CallingEngine, result>(engine: engine, write: (engine: engine) => result): Promise<result> {
  const draws: unknown[] = []
  const answers: { readonly name: string; readonly answer: WebhookAnswer }[] = []
  const attempt = (): result => {
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
    return write({ ...engine, random: taped(engine.random, draws), call })
  }
  return again(engine, attempt, async ({ asking }) => void answers.push({ name: asking.name, answer: await engine.callWebhook(asking) }))
}

/** Attempts work until nothing breaks it off; what was converted for it is forgotten then. */
async function again<result>(
  engine: CallingEngine,
  attempt: () => result | Promise<result>,
  answer: (asked: Suspended) => Promise<void> | undefined,
): Promise<result> {
  const learned: (() => void)[] = []
  try {
    for (;;) {
      try {
        return await attempt()
      } catch (error) {
        if (error instanceof Suspended) await answer(error)
        else learned.push(await converted(engine, error))
      }
    }
  } finally {
    for (const forget of learned) forget()
  }
}

/** Fetches what an error says is missing; throws any other one. */
function converted({ random, callWebhook }: CallingEngine, error: unknown): Promise<() => void> {
  if (!(error instanceof Unconverted)) throw error
  return convert(error, { uid: random.uuid(), call: callWebhook })
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
