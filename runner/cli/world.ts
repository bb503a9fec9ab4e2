// drydock world up: keeps a world up for clients outside.
import type { Command } from './command.ts'
import { seedOption } from './options.ts'

export const worldUp: Command = {
  name: 'world up',
  says: 'Keeps a world up for clients outside: loopback ports, a proxy, a kubeconfig',
  words: [{ name: 'W', says: 'cluster (default), azure, fleet, or a world file' }],
  options: [
    { name: '--out', value: 'FILE.json', says: 'where to write what clients need; written when all is ready, and again when clusters appear or go' },
    seedOption,
    { name: '--log', value: 'FILE', says: 'a JSON line per request' },
    { name: '--until-stdin-closes', says: 'end when standard input ends' },
  ],
  notes: ['Ends on SIGTERM or SIGINT, and removes what it wrote.'],
  async run(given, machine) {
    const { keepWorldUp } = await import('./keep-world-up.ts')
    return keepWorldUp(given, machine)
  },
}
