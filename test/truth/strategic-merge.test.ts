// Strategic merge patches beside those of the real function.
import { canonical, type JsonObject } from '#runner/base/json.ts'
import { builtInSchema } from '#runner/kubernetes/openapi/schema.ts'
import { strategicMergePatch } from '#runner/kubernetes/patch/strategic-merge-patch.ts'
import { difference, outcome, replayCases } from '../support/replay-cases.ts'

interface MergeCase {
  readonly title: string
  readonly apiVersion: string
  readonly kind: string
  readonly original: JsonObject
  readonly patch: JsonObject
  readonly expected?: JsonObject
  readonly error?: string
}

replayCases<MergeCase>({
  file: 'smp.json',
  title: ({ title }) => title,
  deviation({ apiVersion, kind, original, patch, expected, error }) {
    const schema = builtInSchema(apiVersion, kind)
    if (!schema) return 'no such kind'
    const result = outcome(() => canonical(strategicMergePatch(original, patch, schema)))
    return difference(result, error === undefined ? { value: canonical(expected) } : { error })
  },
  spoil: (recorded) => (recorded.error === undefined ? { ...recorded, expected: { ...recorded.expected, spoilt: 'word' } } : { ...recorded, error: `${recorded.error} spoilt` }),
})
