// Faults of a world file: some requests are answered with an error instead, by chance from the world's seed.
import { type Host, jsonResponse } from '../base/host.ts'
import type { Random } from '../base/random.ts'
import type { WorldFile } from '../labs/world-file.ts'

type Fault = WorldFile['faults'][number]

/** A host that fails as the faults say and else is the host given. */
export function withFaults(name: string, host: Host, options: { faults: readonly Fault[]; random: Random }): Host {
  const faults = options.faults.filter((fault) => matches(fault.host, name))
  if (faults.length === 0) return host
  return {
    ...host,
    async fetch(request, peer) {
      const path = new URL(request.url).pathname
      const hit = faults.find(
        (fault) => (fault.method ?? request.method) === request.method && matches(fault.path, path) && options.random.next() < fault.chance,
      )
      if (!hit) return host.fetch(request, peer)
      return jsonResponse({ error: { code: 'InjectedFault', message: `This world answers ${hit.answer} here: a fault of its world file.` } }, hit.answer)
    },
  }
}

/** `*` stands for any run of characters. */
function matches(pattern: string, text: string): boolean {
  const escaped = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${escaped.join('.*')}$`, 'i').test(text)
}
