// `coredns`: what it says of its configuration, and what it listens on; what it answers is reckoned where names are asked for.
import { answerText } from '../commands/transfer.ts'
import { unsimulated } from '../coredns/directives.ts'
import type { Loaded } from '../coredns/state.ts'
import type { Process, Program } from '../process.ts'

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
  if (servers.plugins.has('health')) net.listen(8080, { http: () => answerText('OK') })
  if (servers.plugins.has('ready')) net.listen(8181, { http: () => answerText('OK') })
}

function warnings({ servers, unmatched }: Pick<Extract<Loaded, { readonly digest: string }>, 'servers' | 'unmatched'>): string {
  const others = unsimulated.filter((name) => servers.plugins.has(name)).map((name) => `[WARNING] plugin/${name}: not simulated: questions pass it by\n`)
  return [...unmatched.map((pattern) => `[WARNING] No files matching import glob pattern: ${pattern}\n`), ...others].join('')
}
