// drydock lint: whether the content is well formed.
import type { Command } from './command.ts'

export const lint: Command = {
  name: 'lint',
  says: 'Checks the form of labs: files, steps, scripts, checks',
  words: [{ name: 'LAB', repeated: true, says: 'ids of labs; all of them when none is named' }],
  options: [],
  async run(given, machine) {
    const { inspectLabs } = await import('./inspect-labs.ts')
    return inspectLabs(given, machine)
  },
}
