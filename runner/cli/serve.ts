// drydock serve: site and runner on one port.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { type Command, exitCodes, type Given, UsageError } from './command.ts'
import { clustersOption, realOptions, sandboxOption } from './options.ts'

const usualPort = 7750
const loopback = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/

export const serve: Command = {
  name: 'serve',
  says: 'Serves the site and its terminals on one port',
  words: [{ name: 'LAB', says: 'with --clusters real: the lab that is played there' }],
  options: [
    { name: '--host', value: 'H', says: 'address to listen on (127.0.0.1); another than the loopback needs --auth' },
    { name: '--port', value: 'P', says: `port to listen on (${usualPort}; 0 takes any that is free)` },
    { name: '--data', value: 'DIR', says: 'folder for what is kept (.drydock)' },
    { name: '--auth', value: 'header:NAME', says: 'people are signed in by a proxy in front, which names them in this header' },
    { name: '--origin', value: 'URL', says: 'a further address under which the page is reached, as https://lab.example.org', repeated: true },
    sandboxOption,
    clustersOption,
    ...realOptions,
    { name: '--set', value: 'NAME=VALUE', repeated: true, says: 'with --clusters real: a parameter of the lab' },
  ],
  async run(given, machine) {
    checkReal(given)
    const host = given.value('--host') ?? '127.0.0.1'
    const port = parsePort(given.value('--port'))
    const authHeader = parseAuth(given, host)
    const origins = given.values('--origin').map(parseOrigin)
    await tryPort(host, port)
    const { keepServing } = await import('./keep-serving.ts')
    await keepServing(given, machine, { host, port, data: given.value('--data') ?? '.drydock', authHeader, origins })
    return exitCodes.done
  },
}

/** What belongs to clusters that exist is refused without them; with them the page is for one person, on this machine. */
function checkReal(given: Given): void {
  const real = given.value('--clusters') === 'real'
  const meant = [...given.words.map(() => 'LAB'), ...[...realOptions.map(({ name }) => name), '--set'].filter((name) => given.has(name))]
  if (!real && meant.length > 0) throw new UsageError(`"${meant[0]}" is for clusters that exist: expected "--clusters real" with it`)
  const host = given.value('--host') ?? '127.0.0.1'
  if (real && (!loopback.test(host) || given.has('--auth')))
    throw new UsageError('On clusters that exist the terminals are your own shells: the page is served on the loopback alone, without "--auth"')
}

function parsePort(text: string | undefined): number {
  const port = Number(text ?? usualPort)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new UsageError(`"--port" expects a number from 0 to 65535, found "${text}"`)
  return port
}

/** The header in which a proxy names people; undefined for anonymous learners, who are let in on the loopback alone. */
function parseAuth(given: Given, host: string): string | undefined {
  const auth = given.value('--auth')
  if (auth === undefined) {
    if (loopback.test(host)) return undefined
    throw new UsageError(
      `"--host ${host}" lets others in, who could use this machine without a name: expected "--auth header:NAME" and a proxy in front that signs people in`,
    )
  }
  const name = /^header:([A-Za-z0-9-]+)$/.exec(auth)?.[1]
  if (name === undefined) throw new UsageError(`"--auth" expects "header:NAME", as "header:X-Forwarded-User", found "${auth}"`)
  return name
}

function parseOrigin(text: string): string {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/')
    throw new UsageError(`"--origin" expects an address without a path, as "https://lab.example.org", found "${text}"`)
  return url.origin
}

/** Whether it could be served there: a port in use or forbidden is said before anything else happens. */
async function tryPort(host: string, port: number): Promise<void> {
  const server = createServer()
  try {
    await once(server.listen(port, host), 'listening')
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    const known: Readonly<Record<string, string>> = {
      EADDRINUSE: `Port ${port} on ${host} is in use: stop what uses it, or choose another with "--port"`,
      EACCES: `Port ${port} on ${host} may not be used by this user: choose one above 1023 with "--port"`,
      EADDRNOTAVAIL: `This machine has no address "${host}": choose another with "--host"`,
      ENOTFOUND: `There is no host "${host}": choose an address of this machine with "--host"`,
    }
    throw new UsageError(known[code] ?? `Cannot listen on ${host}:${port}: ${message}`)
  }
  server.close()
  await once(server, 'close')
}
