// From a Corefile that was read to servers that answer: for each zone its plugins, in their order.
import type { DnsAnswer, DnsQuestion } from '../dns-message.ts'
import type { Corefile, ServerBlock } from './corefile.ts'
import { CorefileError } from './corefile.ts'
import { directives } from './directives.ts'
import { bare, type Handler, refuse, type Setup, whole, zoneOf } from './plugin.ts'
import { forward } from './plugins/forward.ts'
import { hosts } from './plugins/hosts.ts'
import { kubernetes } from './plugins/kubernetes.ts'
import { plainPlugins } from './plugins/plain.ts'
import { rewrite } from './plugins/rewrite.ts'
import { template } from './plugins/template.ts'
import { Stanza } from './stanza.ts'
import type { DnsGround, DnsServers } from './state.ts'

interface Zoned {
  readonly zone: string
  readonly port: number
  readonly block: ServerBlock
}

const plugins: Readonly<Record<string, Setup>> = { ...plainPlugins, rewrite, template, hosts, kubernetes, forward }

/** Sets up what a Corefile asks for. Throws CorefileError. */
export function setUp(corefile: Corefile, files: ReadonlyMap<string, string>): DnsServers {
  const zoned = corefile.blocks.flatMap((block) => block.keys.map((key): Zoned => ({ ...keyOf(key), block })))
  const all = zoned.length === 0 ? [{ zone: '.', port: 53, block: { keys: [], tokens: new Map() } }] : zoned
  const twice = all.find(({ zone, port }, index) => all.findIndex((other) => other.zone === zone && other.port === port) < index)
  if (twice) throw refuse(`cannot serve dns://${twice.zone}:${twice.port} - it is already defined`)
  const chains = new Map<ServerBlock, Handler[]>(corefile.blocks.map((block) => [block, []]))
  for (const name of directives)
    for (const [block, chain] of chains) {
      const zones = all.filter((each) => each.block === block).map(({ zone }) => zone)
      const handler = pluginOf(name, block, { zones, files })
      if (handler) chain.push(handler)
    }
  const served = all.filter(({ port }) => port === 53)
  const blockOf = (name: string): ServerBlock | undefined => {
    const zone = zoneOf(
      name,
      served.map((each) => each.zone),
    )
    return served.find((each) => each.zone === zone)?.block
  }
  return {
    addresses: all.map(({ zone, port }) => `${zone}:${port}`).sort(),
    plugins: new Set(corefile.blocks.flatMap(({ tokens }) => [...tokens.keys()])),
    answer: (question, ground) => answerOf({ ...question, name: whole(question.name) }, ground, (name) => chainOf(blockOf(name), chains)),
    logs: (name) => blockOf(whole(name))?.tokens.has('log') ?? false,
  }
}

function chainOf(block: ServerBlock | undefined, chains: ReadonlyMap<ServerBlock, readonly Handler[]>): readonly Handler[] | undefined {
  return block && block.tokens.size > 0 ? chains.get(block) : undefined
}

/** A zone that nobody serves is refused; what no plugin answers is a failure. */
function answerOf(question: DnsQuestion, ground: Omit<DnsGround, 'ask'>, chainFor: (name: string) => readonly Handler[] | undefined): DnsAnswer {
  const chain = chainFor(question.name)
  if (!chain) return bare('REFUSED')
  const full: DnsGround = { ...ground, ask: (other) => answerOf({ ...other, name: whole(other.name) }, ground, chainFor) }
  const from = (index: number, asked: DnsQuestion): DnsAnswer => {
    const handler = chain[index]
    return handler ? handler(asked, (next) => from(index + 1, next), full) : bare('SERVFAIL')
  }
  return from(0, question)
}

function pluginOf(name: string, { tokens }: ServerBlock, block: Parameters<Setup>[1]): Handler | undefined {
  const words = tokens.get(name)
  if (!words) return undefined
  try {
    return plugins[name]?.(new Stanza(words), block)
  } catch (error) {
    if (error instanceof CorefileError) throw new CorefileError(`plugin/${name}: ${error.message}`)
    throw error
  }
}

function keyOf(key: string): Pick<Zoned, 'zone' | 'port'> {
  const [, zone = '', port = '53'] = /^(?:\w+:\/\/)?(.*?)(?::(\d+))?$/.exec(key) ?? []
  if (Number(port) < 1 || Number(port) > 65_535) throw refuse(`address ${port}: invalid port`)
  return { zone: whole(zone === '' ? '.' : zone), port: Number(port) }
}
