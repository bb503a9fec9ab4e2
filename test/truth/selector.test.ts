// Label and field selectors beside those of the real library.
import type { JsonObject } from '#runner/base/json.ts'
import { labelSelectorMatcher, parseFieldSelector, parseLabelSelector } from '#runner/kubernetes/selectors.ts'
import { difference, outcome, replayCases } from '../support/replay-cases.ts'

interface SelectorCase {
  readonly type: 'labels' | 'fields' | 'labelSelector'
  readonly selector: string | JsonObject
  readonly sets: readonly Readonly<Record<string, string>>[]
  readonly matches?: readonly boolean[]
  readonly string?: string
  readonly error?: string
}

replayCases<SelectorCase>({
  file: 'selector.json',
  title: ({ type, selector }) => `${type} ${JSON.stringify(selector)}`,
  deviation({ type, selector, sets, matches, string, error }) {
    const result = outcome(() => {
      const matcher = compile(type, selector)
      return { matches: sets.map((set) => matcher.matches(set)), string: matcher.text }
    })
    return difference(result, error === undefined ? { value: { matches, string } } : { error })
  },
  spoil: (recorded) => (recorded.error === undefined ? { ...recorded, string: `${recorded.string},z` } : { ...recorded, error: `${recorded.error}!` }),
})

function compile(type: SelectorCase['type'], selector: string | JsonObject) {
  if (typeof selector !== 'string') return labelSelectorMatcher(selector)
  return type === 'fields' ? parseFieldSelector(selector) : parseLabelSelector(selector)
}
