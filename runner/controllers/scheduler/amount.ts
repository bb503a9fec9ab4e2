// Amounts of resources as whole billionths, remembered by their text.
import { parseQuantity } from '../../kubernetes/quantity.ts'

/** Billionths of a quantity's text; text that is none counts as nothing. */
export function amount(text: string): bigint {
  try {
    return parseQuantity(text).nanos
  } catch {
    return 0n
  }
}
