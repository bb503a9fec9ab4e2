// drydock clock: the world's time. Inside a shell another program answers to this name; see clock-inside.ts.
import { type Command, UsageError } from './command.ts'

export const clock: Command = {
  name: 'clock',
  says: "Inside a shell: the world's time; moves it on, changes its pace",
  words: [{ name: 'DO', repeated: true, says: 'nothing to read it, "advance 15m", or "pace 60"' }],
  options: [],
  notes: ['Outside a shell a world tells its time at the URL under "clock" in the file that "drydock world up" writes:', 'GET it, or POST /advance?by=15m.'],
  run() {
    throw new UsageError(
      '"drydock clock" tells the time of a world: use it inside "drydock shell", or ask the URL under "clock" that "drydock world up" writes',
    )
  },
}
