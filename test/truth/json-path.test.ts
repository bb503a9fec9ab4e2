// kubectl's JSONPath beside the real one. Where Go walks a map in an order left to chance, the words are compared as a set.
import type { Json } from '#runner/base/json.ts'
import { evaluateJsonPath, relaxJsonPath } from '#runner/kubernetes/json-path.ts'
import { difference, outcome, readFacts, replayCases } from '../support/replay-cases.ts'

interface PathCase {
  readonly template: string
  readonly relaxed?: string
  readonly output?: string
  readonly error?: string
  readonly jsonOutput?: boolean
}

const { object } = readFacts<{ object: Json }>('jsonpath.json')
const leftToChance = /\.\*\}|\{\.+\}/

replayCases<PathCase>({
  file: 'jsonpath.json',
  title: ({ template }) => template,
  deviation({ template, relaxed, output, error, jsonOutput }) {
    const tidy = leftToChance.test(template) ? (text: string) => text.split(/\s+/).sort().join(' ') : (text: string) => text
    const result = outcome(() => {
      const form = relaxJsonPath(template)
      return { relaxed: form, output: tidy(evaluateJsonPath(form, object, { asJson: jsonOutput === true })) }
    })
    return difference(result, error === undefined ? { value: { relaxed, output: tidy(output ?? '') } } : { error })
  },
  spoil: (recorded) => (recorded.error === undefined ? { ...recorded, output: `${recorded.output} spoilt` } : { ...recorded, error: `${recorded.error} spoilt` }),
})
