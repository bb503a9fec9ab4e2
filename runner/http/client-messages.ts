// What a window may say, checked: text frames as messages, binary frames as input.
import { z } from 'zod'
import { type ClientMessage, frameHeads, frameTypes, limits } from './messages.ts'

const terminal = z.number().int().min(1).max(255)
const offset = z.number().int().nonnegative()
const side = ([least, most]: readonly [number, number]) => z.number().transform((value) => Math.min(Math.max(Math.trunc(value) || least, least), most))
const size = { columns: side(limits.columns), rows: side(limits.rows) }
const place = z.strictObject({ step: z.string().max(10), block: z.number().int().min(0).max(1000) })

const schema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('attach'), terminal, offset: offset.optional() }),
  z.strictObject({ type: z.literal('ack'), terminal, offset }),
  z.strictObject({ type: z.literal('resize'), terminal, ...size }),
  z.strictObject({ type: z.literal('focus'), terminal }),
  z.strictObject({ type: z.literal('open'), ...size }),
  z.strictObject({ type: z.literal('close'), terminal }),
  z.strictObject({ type: z.literal('run'), terminal, place }),
  z.strictObject({ type: z.literal('solve'), terminal, step: z.string().max(10) }),
])

/** The message of a text frame, sizes clamped. Throws with what was expected where it is none. */
export function parseMessage(text: string): ClientMessage {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('Cannot read the frame: expected a JSON object, found something else')
  }
  const result = schema.safeParse(value)
  if (!result.success) {
    const [issue] = result.error.issues
    throw new Error(`Cannot read the frame: ${issue?.path.join('.') || 'type'}: ${issue?.message ?? 'unknown'}`)
  }
  return result.data as ClientMessage
}

/** Terminal and bytes of a binary frame. Throws where it is no input. */
export function parseInput(frame: Uint8Array): { readonly terminal: number; readonly bytes: Uint8Array } {
  if (frame.length < frameHeads.input || frame[0] !== frameTypes.input)
    throw new Error(`Cannot read the frame: expected input (type ${frameTypes.input}), found type ${frame[0] ?? 'none'}`)
  return { terminal: frame[1] ?? 0, bytes: frame.subarray(frameHeads.input) }
}

/** An output or screen frame. */
export function formatOutput(type: 'output' | 'screen', { terminal: number, offset: at }: { terminal: number; offset: number }, bytes: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(frameHeads.output + bytes.length)
  frame[0] = frameTypes[type]
  frame[1] = number
  frame.writeBigUInt64BE(BigInt(at), 2)
  frame.set(bytes, frameHeads.output)
  return frame
}
