// `redis-cli`, and how other programs ask a redis.
import { readOptions } from '../../commands/options.ts'
import { fail, isTerminal, type Process, type Program } from '../../process.ts'
import { type Reply, readReply, writeReply } from './protocol.ts'

type Talk = (command: readonly string[]) => Reply

async function reach(process: Process, name: string, port: number): Promise<Talk | string> {
  const address = process.machine.net.resolve(name)?.addresses[0]
  if (address === undefined) return 'Name or service not known'
  const connection = await process.machine.net.connect(address, port)
  if (connection === 'timeout') await process.sleep(130_000)
  if (typeof connection === 'string' || !('talk' in connection.listener)) return connection === 'timeout' ? 'Connection timed out' : 'Connection refused'
  const talk = connection.listener.talk()
  return (command) => readReply(talk(writeReply(command)))[0]
}

/** One command for the redis at a host: its reply, or undefined where none answers. */
export async function askRedis(process: Process, host: string, command: readonly string[]): Promise<Reply | undefined> {
  const talk = await reach(process, host, 6379)
  return typeof talk === 'string' ? undefined : talk(command)
}

/** The program. */
export const redisCli: Program = async (words, process) => {
  const options = readOptions(words, ['h', 'p', 'a', 'n', 'pass', 'user'], true)
  const name = options.value('h') ?? '127.0.0.1'
  const port = Number(options.value('p') ?? 6379)
  const talk = await reach(process, name, port)
  if (typeof talk === 'string') return fail(process, `Could not connect to Redis at ${name}:${port}: ${talk}`)
  const password = options.value('a', 'pass') ?? process.env.get('REDISCLI_AUTH')
  if (password !== undefined) {
    if (options.has('a')) process.err("Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n")
    const answer = talk(['AUTH', password])
    if (typeof answer === 'object' && answer && 'error' in answer) process.err(`AUTH failed: ${answer.error}\n`)
  }
  const ask = (command: readonly string[]): void => {
    const raw = !isTerminal(process, process.out) || rawReplies.test(command.slice(0, 2).join(' '))
    process.out(`${raw ? plain(talk(command)) : shown(talk(command))}\n`)
  }
  if (options.rest.length > 0) {
    ask(options.rest)
    return 0
  }
  for (;;) {
    if (isTerminal(process, process.stdin)) process.out(`${name}:${port}> `)
    const line = await process.halt.unless(process.stdin.readLine())
    if (line === undefined || line === 'exit' || line === 'quit') return 0
    if (line.trim() !== '') ask(wordsOf(line))
  }
}

/** What is made for reading is shown as it is at a terminal too. */
const rawReplies = /^(info\b|lolwut\b|memory (doctor|malloc-stats)|cluster (info|nodes)|client (info|list)|latency (doctor|graph))/i

/** The words of a line, quotes heeded. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(([, double, single, word]) => double ?? single ?? word ?? '')
}

/** A reply for another program. */
function plain(reply: Reply): string {
  if (reply === null) return ''
  if (typeof reply !== 'object') return String(reply)
  if ('line' in reply) return reply.line
  if ('error' in reply) return `${reply.error}\n`
  return reply.map(plain).join('\n')
}

/** A reply for people. */
function shown(reply: Reply, indent = ''): string {
  if (reply === null) return '(nil)'
  if (typeof reply === 'number') return `(integer) ${reply}`
  if (typeof reply === 'string')
    return `"${reply.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}"`
  if ('line' in reply) return reply.line
  if ('error' in reply) return `(error) ${reply.error}`
  if (reply.length === 0) return '(empty array)'
  return reply
    .map((each, index) => `${index === 0 ? '' : indent}${index + 1}) ${shown(each, `${indent}${' '.repeat(String(index + 1).length + 2)}`)}`)
    .join('\n')
}
