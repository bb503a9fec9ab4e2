// `npm run soak [-- KILLS]`: what takes too long for `npm test`. Exits with 1 where something was lost or left behind.
import { killRepeatedly } from './kill.ts'

const kills = Number(process.argv[2] ?? 100)
const tell = (line: string): void => console.log(line)
const killed = await killRepeatedly(kills, 'soak', tell)
for (const line of killed.missing) tell(`LOST ${line}`)
tell(
  `${killed.kills} kills: ${killed.acknowledged} acknowledged writes, ${killed.verdicts} verdicts, ${killed.bytes} bytes of scrollback; ${killed.missing.length} missing`,
)
process.exitCode = killed.missing.length > 0 ? 1 : 0
