// agnhost's `grpc-health-checking`: a server of gRPC's health protocol that HTTP requests make ill and well again.
import { formatDate } from '../../commands/date.ts'
import { readOptions } from '../../commands/options.ts'
import { answerText } from '../../commands/transfer.ts'
import { forever, type HttpAnswer, type Process } from '../../process.ts'

/** Serves health at `--port` for the one `--service`, well until `--delay-unhealthy-sec` is over or `/make-not-serving` is asked for at `--http-port`. */
export async function grpcHealthChecking(words: readonly string[], process: Process): Promise<number> {
  const options = readOptions(words, ['port', 'http-port', 'delay-unhealthy-sec', 'service', 'tls-cert-file', 'tls-private-key-file'])
  const [port, httpPort] = [Number(options.value('port') ?? 5000), Number(options.value('http-port') ?? 8080)]
  const delay = Number(options.value('delay-unhealthy-sec') ?? -1) * 1000
  const service = options.value('service') ?? ''
  const started = process.now()
  const log = (text: string): void => process.err(`${formatDate(process.now(), '%Y/%m/%d %H:%M:%S')} ${text}\n`)
  let forced: boolean | undefined
  const force = (ill: boolean): HttpAnswer => {
    log(`Mark as ${ill ? 'unhealthy' : 'healthy'}`)
    forced = ill
    return answerText(`${(process.now() - started) / 1000}s`)
  }
  const health = (asked: string): 'SERVING' | 'NOT_SERVING' | undefined => {
    log(`Serving the Check request for health check, started at ${formatDate(started, '%Y-%m-%d %H:%M:%S.000000000 +0000 UTC')}`)
    if (asked !== service) return undefined
    return forced === true || (delay >= 0 && process.now() - started >= delay) ? 'NOT_SERVING' : 'SERVING'
  }
  process.machine.net.listen(httpPort, {
    http: ({ path }) =>
      path === '/make-not-serving' ? force(true) : path === '/make-serving' ? force(false) : answerText('404 page not found\n', undefined, 404),
  })
  log(`Http server starting to listen on :${httpPort}`)
  process.machine.net.listen(port, { health })
  log(`gRPC server starting to listen on :${port}`)
  return forever(process)
}
