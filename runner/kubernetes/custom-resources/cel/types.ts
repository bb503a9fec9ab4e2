// Types of CEL and when one fits another (cel-go `checker/{types,mapping,format}.go`).

/** A type. Objects are known by their name; a `param` is one that is not known yet. */
export type CelType =
  | { readonly kind: 'simple'; readonly name: string }
  | { readonly kind: 'list'; readonly item: CelType }
  | { readonly kind: 'map'; readonly key: CelType; readonly value: CelType }
  | { readonly kind: 'optional'; readonly of: CelType }
  | { readonly kind: 'type'; readonly of: CelType | undefined }
  | { readonly kind: 'object'; readonly name: string; readonly fields: ReadonlyMap<string, CelType> }
  | { readonly kind: 'param'; readonly name: string }

/** What is known of the params so far. */
export type Mapping = ReadonlyMap<string, CelType>

/** A type without parts: `int`, `dyn`, `kubernetes.Quantity`. */
export function simple(name: string): CelType {
  return { kind: 'simple', name }
}

/** Anything, as the type of what nobody knows. */
export const dyn = simple('dyn')
/** What stands for the type of an expression that is wrong. */
export const wrongType = simple('!error!')

/** The types that compare with null, beside objects: those that messages once were. */
const nullable = new Set(['null', 'duration', 'timestamp', 'any'])

/** A type as cel-go prints it. */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'simple':
    case 'object':
    case 'param':
      return type.name
    case 'list':
      return `list(${formatType(type.item)})`
    case 'map':
      return `map(${formatType(type.key)}, ${formatType(type.value)})`
    case 'optional':
      return `optional_type(${formatType(type.of)})`
    case 'type':
      return type.of === undefined ? 'type' : `type(${formatType(type.of)})`
  }
}

/** Reads a type as `formatType` prints it; a single capital letter is a param, which `rename` may call otherwise. */
export function parseType(text: string, rename: (name: string) => string = (name) => name): CelType {
  const [, outer = text, inner = ''] = /^(\w+)\((.*)\)$/.exec(text) ?? []
  const parts = splitTypes(inner).map((part) => parseType(part, rename))
  const [first = dyn, second = dyn] = parts
  if (outer === 'list') return { kind: 'list', item: first }
  if (outer === 'map') return { kind: 'map', key: first, value: second }
  if (outer === 'optional_type') return { kind: 'optional', of: first }
  if (outer === 'type') return { kind: 'type', of: parts[0] }
  return /^[A-Z]$/.test(text) ? { kind: 'param', name: rename(text) } : simple(text)
}

/** `A, list(B)` in its parts. */
export function splitTypes(text: string): readonly string[] {
  const parts: string[] = []
  let [depth, start] = [0, 0]
  for (let at = 0; at <= text.length; at += 1) {
    const letter = text.charAt(at)
    if (letter === '(') depth += 1
    if (letter === ')') depth -= 1
    if ((letter !== ',' && letter !== '') || depth > 0) continue
    if (at > start) parts.push(text.slice(start, at).trim())
    start = at + 1
  }
  return parts
}

/** True for what nothing can be said of. */
export function isOpen(type: CelType): boolean {
  return type.kind === 'simple' && (type.name === 'dyn' || type.name === 'google.protobuf.Any' || type.name === '!error!')
}

/** The parts of a type that others stand in. */
function partsOf(type: CelType): readonly CelType[] {
  if (type.kind === 'list') return [type.item]
  if (type.kind === 'map') return [type.key, type.value]
  if (type.kind === 'optional') return [type.of]
  return type.kind === 'type' && type.of !== undefined ? [type.of] : []
}

/** True if both are the same type. */
export function isSame(left: CelType, right: CelType): boolean {
  return left.kind === right.kind && formatType(left) === formatType(right)
}

/** The type with what is known put in; with `open`, what is not known is `dyn`. */
export function substitute(mapping: Mapping, type: CelType, open: boolean): CelType {
  switch (type.kind) {
    case 'param': {
      const known = mapping.get(type.name)
      if (known !== undefined) return substitute(mapping, known, open)
      return open ? dyn : type
    }
    case 'list':
      return { kind: 'list', item: substitute(mapping, type.item, open) }
    case 'map':
      return { kind: 'map', key: substitute(mapping, type.key, open), value: substitute(mapping, type.value, open) }
    case 'optional':
      return { kind: 'optional', of: substitute(mapping, type.of, open) }
    case 'type':
      return type.of === undefined ? type : { kind: 'type', of: substitute(mapping, type.of, open) }
    default:
      return type
  }
}

/** What is known if a value of the second type may stand where the first is wanted; undefined if it may not. */
export function assign(mapping: Mapping, wanted: readonly CelType[], given: readonly CelType[]): Mapping | undefined {
  if (wanted.length !== given.length) return undefined
  const next = new Map(mapping)
  return wanted.every((type, index) => fits(next, type, given[index] ?? dyn)) ? next : undefined
}

function fits(mapping: Map<string, CelType>, left: CelType, right: CelType): boolean {
  if (right.kind === 'param') {
    const { valid, known } = standsFor(mapping, left, right)
    if (valid) return true
    if (known) return false
  }
  if (left.kind === 'param') return standsFor(mapping, right, left).valid
  if (isOpen(left) || isOpen(right)) return true
  if (isNull(left)) return fitsNull(right)
  if (isNull(right)) return fitsNull(left)
  if (left.kind !== right.kind) return false
  if (left.kind === 'type') return true
  if (left.kind === 'simple' || left.kind === 'object') return formatType(left) === formatType(right)
  const others = partsOf(right)
  return partsOf(left).every((part, index) => fits(mapping, part, others[index] ?? dyn))
}

function isNull(type: CelType): boolean {
  return type.kind === 'simple' && type.name === 'null'
}

function fitsNull(type: CelType): boolean {
  if (type.kind === 'object' || type.kind === 'optional') return true
  return type.kind === 'simple' && (nullable.has(type.name) || type.name.includes('.'))
}

/** Whether a type may stand for a param, which then is known. */
function standsFor(
  mapping: Map<string, CelType>,
  type: CelType,
  param: CelType & { readonly kind: 'param' },
): { readonly valid: boolean; readonly known: boolean } {
  if (isSame(type, param)) return { valid: true, known: true }
  const before = mapping.get(param.name)
  if (before !== undefined) {
    if (isSame(type, before)) return { valid: true, known: true }
    if (!fits(mapping, type, before)) return { valid: false, known: true }
    const general = mostGeneral(type, before)
    if (!occursIn(mapping, param, general)) mapping.set(param.name, general)
    return { valid: true, known: true }
  }
  if (occursIn(mapping, param, type)) return { valid: false, known: false }
  mapping.set(param.name, type)
  return { valid: true, known: false }
}

function occursIn(mapping: Mapping, param: CelType & { readonly kind: 'param' }, type: CelType): boolean {
  if (isSame(param, type)) return true
  if (type.kind !== 'param') return partsOf(type).some((part) => occursIn(mapping, param, part))
  const known = mapping.get(type.name)
  return known !== undefined && occursIn(mapping, param, known)
}

/** The one of two types that says less. */
export function mostGeneral(left: CelType, right: CelType): CelType {
  return saysNoMore(left, right) ? left : right
}

function saysNoMore(left: CelType, right: CelType): boolean {
  if (isOpen(left) || left.kind === 'param') return true
  if (isOpen(right) || right.kind === 'param' || left.kind !== right.kind) return false
  const others = partsOf(right)
  if (left.kind === 'simple' || left.kind === 'object') return formatType(left) === formatType(right)
  return left.kind === 'type' || partsOf(left).every((part, index) => saysNoMore(part, others[index] ?? dyn))
}
