// drydock run: a lab headless, as a patient learner would type it.
import type { Command } from './command.ts'
import { clustersOption, realOptions, sandboxOption, seedOption } from './options.ts'

export const run: Command = {
  name: 'run',
  says: 'Runs a lab headless, as a learner would type it, and judges its criteria',
  words: [{ name: 'LAB', required: true, says: 'id of a lab: the name of its folder in "labs"' }],
  options: [
    seedOption,
    { name: '--steps', value: '1-8', says: 'only these steps: "1-7", "1,3", "2"' },
    { name: '--with', value: 'SCRIPT', says: 'run this script ("-" for standard input) in place of the steps' },
    { name: '--set', value: 'NAME=VALUE', repeated: true, says: 'a parameter of the lab' },
    { name: '--report', value: 'FILE.json', says: 'write what was done and seen' },
    { name: '--junit', value: 'FILE.xml', says: 'the same for a CI system' },
    sandboxOption,
    clustersOption,
    ...realOptions,
    { name: '--json', says: 'print the report instead of lines' },
  ],
  notes: [
    'Exit code 0 only if every criterion holds; on clusters that exist, every one that they can decide.',
    'On clusters that exist the commands run as you, with your own kubectl, on this machine and in no sandbox.',
  ],
  async run(given, machine) {
    const { playLab } = await import('./play-lab.ts')
    return playLab(given, machine)
  },
}
