// Amounts of bytes that are none: there is no half of one.
import type { Json } from '../../../base/json.ts'
import { parseQuantity, quantityMilliValue } from '../../quantity.ts'
import { item } from '../validation/findings.ts'
import { fields, present } from '../validation/read.ts'
import type { Warnings } from './shapes.ts'

/** Memory and ephemeral storage come in whole bytes. */
export function* fractionalBytes(path: string, amounts: Json | undefined, names: readonly string[] = ['memory', 'ephemeral-storage']): Warnings {
  for (const name of names) {
    const amount = fields(amounts)[name]
    const quantity = present(amount) ? parseQuantity(String(amount)) : undefined
    if (quantity && quantityMilliValue(quantity) % 1000n !== 0n)
      yield `${item(path, name)}: fractional byte value ${JSON.stringify(quantity.text)} is invalid, must be an integer`
  }
}
