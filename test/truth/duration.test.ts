// Durations in ages of tables beside those of the real function.
import { humanDuration, shortHumanDuration } from '#runner/kubernetes/duration.ts'
import { difference, replayCases } from '../support/replay-cases.ts'

interface DurationCase {
  readonly nanoseconds: string
  readonly human: string
  readonly short: string
}

replayCases<DurationCase>({
  file: 'duration.json',
  title: ({ nanoseconds }) => nanoseconds,
  deviation({ nanoseconds, human, short }) {
    const ms = Number(BigInt(nanoseconds) / 1000n) / 1000
    return difference({ human: humanDuration(ms), short: shortHumanDuration(ms) }, { human, short })
  },
  spoil: (recorded) => ({ ...recorded, human: `${recorded.human}1s` }),
})
