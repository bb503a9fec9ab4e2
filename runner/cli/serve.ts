// drydock serve: site and runner on one port.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { type Command, exitCodes, UsageError } from './command.ts'
import { print } from './machine.ts'
import { clustersOption, refuseReal, sandboxOption } from './options.ts'

const usualPort = 7750

export const serve: Command = {
  name: 'serve',
  says: 'Serves the site and its terminals on one port',
  words: [],
  options: [
    { name: '--host', value: 'H', says: 'address to listen on (127.0.0.1)' },
    { name: '--port', value: 'P', says: `port to listen on (${usualPort})` },
    { name: '--data', value: 'DIR', says: 'folder for what is kept (.drydock)' },
    sandboxOption,
    clustersOption,
  ],
  async run(given, machine) {
    refuseReal(given)
    const host = given.value('--host') ?? '127.0.0.1'
    const port = parsePort(given.value('--port'))
    await tryPort(host, port)
    print(machine, `The page comes with the next release: nothing is served on ${host}:${port} yet.`)
    print(machine, 'Try a lab without it: "drydock run fleet-manager", or "drydock shell fleet" for a terminal.')
    return exitCodes.done
  },
}

function parsePort(text: string | undefined): number {
  const port = Number(text ?? usualPort)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new UsageError(`"--port" expects a number from 1 to 65535, found "${text}"`)
  return port
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
}
