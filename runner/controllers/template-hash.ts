// The short hash that stands in names made from a pod template.
import { canonical } from '../base/json.ts'
import { nameAlphabet } from '../base/random.ts'

/** FNV-32a of a template and its collision count, its decimal digits in Kubernetes' safe letters. */
export function templateHash(template: unknown, collisionCount = 0): string {
  let hash = 2166136261
  const text = collisionCount === 0 ? canonical(template) : `${canonical(template)}${collisionCount}`
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 16777619)
  return safeEncode(String(hash >>> 0))
}

/** apimachinery's `rand.SafeEncodeString`: every character becomes one that makes no words. */
function safeEncode(text: string): string {
  return Array.from(text, (letter) => nameAlphabet[letter.charCodeAt(0) % nameAlphabet.length]).join('')
}
