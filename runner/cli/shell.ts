// drydock shell: a fresh world and a bash in it, as a learner has it.
import type { Command } from './command.ts'
import { sandboxOption, seedOption } from './options.ts'

export const shell: Command = {
  name: 'shell',
  says: 'A fresh world and a bash in it; without a terminal, runs a script',
  words: [{ name: 'W', says: 'cluster (default), azure, fleet, or a world file' }],
  options: [
    { name: '--lab', value: 'ID', says: "a lab's world" },
    { name: '--step', value: 'K', says: 'with --lab: as it is when step K begins' },
    seedOption,
    { name: '--bind', value: 'DIR', repeated: true, says: 'show a folder read-only at the same path' },
    sandboxOption,
    { name: '-c', value: 'SCRIPT', says: 'run this script' },
    { name: '--file', value: 'FILE', says: 'run the script in this file' },
  ],
  async run(given, machine) {
    const { playShell } = await import('./play-shell.ts')
    return playShell(given, machine)
  },
}
