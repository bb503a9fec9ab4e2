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

/** About what well-known images weigh, as a registry has them, bytes; the first row that fits. */
const sizes: readonly (readonly [image: RegExp, bytes: number])[] = [
  [/(^|\/)busybox\b/, 2_223_686],
  [/(^|\/)pause\b/, 320_448],
  [/(^|\/)nginx:.*alpine/, 22_631_814],
  [/(^|\/)nginx\b/, 59_774_010],
  [/(^|\/)redis:.*alpine/, 17_208_990],
  [/(^|\/)redis\b/, 48_904_173],
  [/(^|\/)httpd\b/, 45_190_264],
  [/(^|\/)postgres:.*alpine/, 104_411_871],
  [/(^|\/)postgres\b/, 161_103_020],
  [/(^|\/)mysql\b/, 244_731_553],
  [/(^|\/)python\b/, 398_212_447],
  [/(^|\/)node\b/, 402_150_688],
  [/(^|\/)ubuntu\b/, 29_729_842],
  [/(^|\/)debian\b/, 48_489_871],
  [/(^|\/)agnhost\b/, 52_563_104],
  [/(^|\/)alpine\b|:.*alpine/, 3_861_821],
]

function sizeOf(image: string): number | undefined {
  return sizes.find(([pattern]) => pattern.test(image))?.[1]
}

function pull(image: string, present: boolean): readonly StageNotice[] {
  const random = createRandom(`image ${image}`)
  const size = sizeOf(image) ?? 4_000_000 + random.below(190_000_000)
  const ms = present ? 380 + random.below(400) : 600 + random.below(1800)
  const time = ms < 1000 ? `${ms}ms` : `${ms / 1000}s`
  return [
    { type: 'Normal', reason: 'Pulling', message: 'Pulling image "<Image>"' },
    { type: 'Normal', reason: 'Pulled', message: `Successfully pulled image "<Image>" in ${time} (${time} including waiting). Image size: ${size} bytes.` },
  ]
}
