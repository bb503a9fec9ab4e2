// Quantities beside those of the real library.
import { addQuantities, compareQuantities, parseQuantity, quantityMilliValue, quantityValue, subtractQuantities } from '#runner/kubernetes/quantity.ts'
import { difference, outcome, replayCases } from '../support/replay-cases.ts'

interface QuantityCase {
  readonly input: string
  readonly other?: string
  readonly canonical?: string
  readonly format?: string
  readonly value?: string
  readonly milli?: string
  readonly cmp?: number
  readonly sum?: string
  readonly difference?: string
  readonly error?: string
}

replayCases<QuantityCase>({
  file: 'quantity.json',
  title: ({ input, other }) => (other === undefined ? input : `${input} and ${other}`),
  deviation({ input, other, canonical, cmp, difference: less, error, format, milli, sum, value }) {
    if (error !== undefined) return difference(outcome(() => parseQuantity(input).text), { error })
    const quantity = parseQuantity(input)
    const alone = { canonical: quantity.text, format: quantity.format, milli: String(quantityMilliValue(quantity)), value: String(quantityValue(quantity)) }
    const pair = other === undefined ? {} : { cmp: compareQuantities(input, other), sum: addQuantities(input, other).text, less: subtractQuantities(input, other).text }
    return difference({ ...alone, ...pair }, { canonical, format, milli, value, ...(other === undefined ? {} : { cmp, sum, less }) })
  },
  spoil: (recorded) => (recorded.error === undefined ? { ...recorded, canonical: `${recorded.canonical}k` } : { ...recorded, error: 'all is well' }),
})
