// agnhost: the many small servers of Kubernetes' own tests.
import { formatDate } from '../commands/date.ts'
import { readOptions } from '../commands/options.ts'
import { answerText } from '../commands/transfer.ts'
import type { HttpAnswer, HttpCall, Process, Program } from '../process.ts'
import { serveWebhooks } from './agnhost-webhook.ts'

async function forever(process: Process): Promise<number> {
  await process.sleep(Number.POSITIVE_INFINITY)
  return 0
}

function listen(process: Process, port: number, http: (call: HttpCall) => HttpAnswer): void {
  process.machine.net.listen(port, { http })
}

/** agnhost: what its first word says, `pause` without one. */
export const agnhost: Program = (words, process) => {
  const [command = 'pause', ...rest] = words
  const options = readOptions(rest, ['http-port', 'port', 'udp-port'])
  const { hostname } = process.machine
  if (command === 'webhook') serveWebhooks(rest, process)
  else if (command === 'serve-hostname') {
    const port = Number(options.value('port') ?? 9376)
    process.out(`${formatDate(process.now(), 'I%m%d %H:%M:%S.000000')}       1 log.go:198] Serving on port ${port}.\n`)
    listen(process, port, () => answerText(hostname))
  } else if (command === 'netexec') {
    const port = Number(options.value('http-port') ?? 8080)
    process.out(`${formatDate(process.now(), 'I%m%d %H:%M:%S.000000')}       1 log.go:198] Started HTTP server on port ${port}\n`)
    const answers: Readonly<Record<string, () => string>> = {
      '/': () => `NOW: ${formatDate(process.now(), '%Y-%m-%d %H:%M:%S.%N +0000 UTC')}`,
      '/hostname': () => hostname,
      '/hostName': () => hostname,
      '/clientip': () => '',
      '/healthz': () => '',
    }
    listen(process, port, (call) => {
      const [path = '/', query = ''] = call.path.split('?')
      if (path === '/echo') return answerText(new URLSearchParams(query).get('msg') ?? '')
      if (path === '/clientip') return answerText(`${call.from}:41230`)
      return answers[path] ? answerText(answers[path]()) : answerText('404 page not found\n', undefined, 404)
    })
  } else if (command === 'liveness') {
    const start = process.now()
    listen(process, 8080, (call) =>
      call.path !== '/healthz'
        ? answerText('404 page not found\n', undefined, 404)
        : process.now() - start > 10_000
          ? answerText(`error: ${(process.now() - start) / 1000}`, undefined, 500)
          : answerText('ok'),
    )
  } else process.out('Paused\n')
  return forever(process)
}
