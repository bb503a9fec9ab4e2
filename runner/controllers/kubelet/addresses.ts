// Addresses of pods out of their node's range.
import type { ControllerContext } from '../controller.ts'
import type { Pod } from '../pods.ts'
import { pods } from '../resources.ts'

/** The next free address of a range: after the last one given, from the start again when the range is used up. */
export async function nextAddress(range: string, context: ControllerContext): Promise<string> {
  const key = `addresses ${range}`
  const [base = '10.244.0.0', bits = '24'] = range.split('/')
  const first = toNumber(base)
  const size = 2 ** (32 - Number(bits))
  const before = Number(context.memory.get(key) ?? 1)
  const wrapped = before + 1 >= size - 1
  const taken = wrapped ? await takenAddresses(context) : new Set<string>()
  let offset = wrapped ? 2 : before + 1
  while (taken.has(toText(first + offset)) && offset < size - 2) offset += 1
  context.memory.set(key, offset)
  return toText(first + offset)
}

async function takenAddresses({ client }: ControllerContext): Promise<ReadonlySet<string>> {
  const { items } = await client.list(pods)
  return new Set((items as readonly Pod[]).flatMap(({ status }) => (status?.podIP === undefined ? [] : [status.podIP])))
}

function toNumber(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0)
}

function toText(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')
}
