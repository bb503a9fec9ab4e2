// `agnhost nettest`: counts what its peers write to it (test/images/agnhost/nettest). It does not call its peers by itself.
import { decodeText } from '../../bytes.ts'
import { readOptions } from '../../commands/options.ts'
import { answerText } from '../../commands/transfer.ts'
import { forever, type HttpAnswer, type HttpCall, type Process } from '../../process.ts'

/** Listens, and remembers who wrote how often. */
export async function nettest(words: readonly string[], process: Process): Promise<number> {
  const port = Number(readOptions(words, ['port', 'peers', 'service', 'namespace', 'delay-shutdown']).value('port') ?? 8080)
  const received: Record<string, number> = {}
  process.machine.net.listen(port, { http: (call) => answer(call, received, process) })
  return forever(process)
}

function answer({ path: asked, body }: HttpCall, received: Record<string, number>, process: Process): HttpAnswer {
  const [path] = asked.split('?')
  if (path === '/read') {
    const state = { Hostname: process.machine.hostname, Sent: {}, Received: received, Errors: null, Log: null, StillContactingPeers: true }
    return answerText(JSON.stringify(state, undefined, '\t'))
  }
  if (path === '/status') return answerText('running')
  if (path === '/quit') {
    process.halt.fire(0)
    return answerText('')
  }
  if (path !== '/write') return answerText('404 page not found\n', undefined, 404)
  const source = sourceOf(decodeText(body))
  if (source === undefined) return answerText('{"Error":"couldn\'t read the body"}', undefined, 500)
  received[source] = (received[source] ?? 0) + 1
  return answerText(JSON.stringify({ Hostname: process.machine.hostname }))
}

function sourceOf(body: string): string | undefined {
  try {
    const { Source } = JSON.parse(body) as { readonly Source?: unknown }
    return typeof Source === 'string' ? Source : ''
  } catch {
    return undefined
  }
}
