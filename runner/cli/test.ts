// drydock test: labs are proved both ways.
import type { Command } from './command.ts'
import { sandboxOption, seedOption } from './options.ts'

export const test: Command = {
  name: 'test',
  says: 'Proves labs both ways: nothing done in a fresh world, everything after the solution',
  words: [{ name: 'LAB', repeated: true, says: 'ids of labs; all of them when none is named' }],
  options: [seedOption, sandboxOption],
  async run(given, machine) {
    const { proveLabs } = await import('./prove-labs.ts')
    return proveLabs(given, machine)
  },
}
