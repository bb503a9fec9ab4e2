// Which images a node has, and what is said while one that it lacks, or must ask for, comes.
import { createRandom } from '../../base/random.ts'
import type { Round } from './round.ts'
import type { StageNotice } from './stage.ts'
import type { Placed } from './state.ts'

/** How many images of a node are remembered; the ones that came first are forgotten. */
const most = 100

/** The notices of a stage: one that says that the image is there is replaced by those of its pull, where there was one. */
export function withPull(notices: readonly StageNotice[], { container }: Placed, { pod, context }: Round): readonly StageNotice[] {
  const at = notices.findIndex(({ reason }) => reason === 'Pulled')
  if (at < 0) return notices
  const key = `images ${pod.spec.nodeName}`
  const known = context.memory.get(key)
  const images = Array.isArray(known) ? known.map(String) : []
  const { image, imagePullPolicy } = container
  const present = images.includes(image)
  if (!present) context.memory.set(key, [...images, image].slice(-most))
  if (imagePullPolicy === 'Never' || (present && imagePullPolicy !== 'Always')) return notices
  return [...notices.slice(0, at), ...pull(image, present), ...notices.slice(at + 1)]
}

function pull(image: string, present: boolean): readonly StageNotice[] {
  const random = createRandom(`image ${image}`)
  const size = 4_000_000 + random.below(190_000_000)
  const ms = present ? 380 + random.below(400) : 600 + random.below(1800)
  const time = ms < 1000 ? `${ms}ms` : `${ms / 1000}s`
  return [
    { type: 'Normal', reason: 'Pulling', message: 'Pulling image "<Image>"' },
    { type: 'Normal', reason: 'Pulled', message: `Successfully pulled image "<Image>" in ${time} (${time} including waiting). Image size: ${size} bytes.` },
  ]
}
