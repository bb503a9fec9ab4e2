// `coredns`: what it says of its configuration, and what it listens on; what it answers is reckoned where names are asked for.
import { answerText } from '../commands/transfer.ts'
import { unsimulated } from '../coredns/directives.ts'
import type { Loaded } from '../coredns/state.ts'
import type { HttpAnswer, HttpCall, Process, Program } from '../process.ts'

const interval = 30_000

/** The program. It ends at once with a Corefile that it cannot use, and never otherwise. */
export const coredns: Program = async (_, process) => {
  const { net } = process.machine
  const start = net.coreDns()?.start
  process.out('maxprocs: Leaving GOMAXPROCS=4: CPU quota undefined\n')
  if (start?.fault !== undefined) {
    process.out(`${start.fault}\n`)
    return 1
  }
  if (start) begin(start, process)
  for (let [digest, refused] = [start?.digest, '']; ; ) {
    await process.sleep(interval)
    const state = net.coreDns()
    const present = state?.present
    if (state?.refused !== undefined && state.refused !== refused) {
      refused = state.refused
      const fault = `Corefile changed but reload failed: starting with listener file descriptors: ${refused}`
      process.out(`[INFO] Reloading\n[ERROR] Restart failed: ${refused}\n[ERROR] plugin/reload: ${fault}\n`)
    }
    if (present?.fault !== undefined || present === undefined || present.digest === digest) continue
    digest = present.digest
    process.out(`[INFO] Reloading\n${warnings(present)}[INFO] plugin/reload: Running configuration SHA512 = ${digest}\n[INFO] Reloading complete\n`)
  }
}

function begin({ servers, digest, unmatched }: Extract<Loaded, { readonly digest: string }>, process: Process): void {
  const version = /:v?([\d.]+)/.exec(process.machine.image)?.[1] ?? '1.13.1'
  const said = warnings({ servers, unmatched })
  const reloads = servers.plugins.has('reload') ? `${said}[INFO] plugin/reload: Running configuration SHA512 = ${digest}\n` : ''
  process.out(`${said}${servers.addresses.map((address) => `${address}\n`).join('')}${reloads}`)
  process.out(`CoreDNS-${version}\nlinux/amd64, go1.25.2, 1db4568\n`)
  const { net } = process.machine
  const serve = (plugin: string, port: number, path: string, text: string): void => {
    if (servers.plugins.has(plugin)) net.listen(port, { http: (call) => answerAt(path, text, call) })
  }
  serve('health', 8080, '/health', 'OK')
  serve('ready', 8181, '/ready', 'OK')
  serve('prometheus', 9153, '/metrics', metricsOf(version))
}

function answerAt(path: string, text: string, call: HttpCall): HttpAnswer {
  return call.path.split('?')[0] === path ? answerText(text, 'text/plain; charset=utf-8') : answerText('404 page not found\n', 'text/plain; charset=utf-8', 404)
}

/** What it counts of itself; questions are not counted. */
function metricsOf(version: string): string {
  const rows = [
    [
      'build_info',
      "A metric with a constant '1' value labeled by version, revision, and goversion from which CoreDNS was built.",
      'gauge',
      `{goversion="go1.25.2",revision="1db4568",version="${version}"} 1`,
    ],
    ['health_request_failures_total', 'The number of times the health check failed.', 'counter', ' 0'],
    ['panics_total', 'A metrics that counts the number of panics.', 'counter', ' 0'],
    ['reload_failed_total', 'Counter of the number of failed reload attempts.', 'counter', ' 0'],
  ]
  return rows.map(([name, help, type, value]) => `# HELP coredns_${name} ${help}\n# TYPE coredns_${name} ${type}\ncoredns_${name}${value}\n`).join('')
}

function warnings({ servers, unmatched }: Pick<Extract<Loaded, { readonly digest: string }>, 'servers' | 'unmatched'>): string {
  const others = unsimulated.filter((name) => servers.plugins.has(name)).map((name) => `[WARNING] plugin/${name}: not simulated: questions pass it by\n`)
  return [...unmatched.map((pattern) => `[WARNING] No files matching import glob pattern: ${pattern}\n`), ...others].join('')
}
