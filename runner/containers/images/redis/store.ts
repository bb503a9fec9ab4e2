// What a redis holds, and what its commands do with it.
import { matches } from '../../shell/glob.ts'
import type { Reply } from './protocol.ts'

/** A value: a text, a list, a hash or a set. */
export type Value = string | readonly string[] | { readonly hash: Readonly<Record<string, string>> } | { readonly set: readonly string[] }

/** A key's value, and when it passes, ms. */
export interface Held {
  readonly value: Value
  readonly until?: number
}

/** Everything that commands see. */
export interface Store {
  readonly keys: Map<string, Held>
  readonly config: Map<string, string>
  now(): number
  info(section: string): string
}

type Command = (words: readonly string[], store: Store) => Reply

const ok = { line: 'OK' }
const wrongType = { error: 'WRONGTYPE Operation against a key holding the wrong kind of value' }
const notInteger = { error: 'ERR value is not an integer or out of range' }

function held({ keys, now }: Store, key: string): Held | undefined {
  const found = keys.get(key)
  if (found?.until === undefined || found.until > now()) return found
  keys.delete(key)
  return undefined
}

function textAt(store: Store, key: string): string | undefined | typeof wrongType {
  const value = held(store, key)?.value
  return value === undefined || typeof value === 'string' ? value : wrongType
}

function listAt(store: Store, key: string): readonly string[] | typeof wrongType {
  const value = held(store, key)?.value ?? []
  return Array.isArray(value) ? (value as readonly string[]) : wrongType
}

function hashAt(store: Store, key: string): Readonly<Record<string, string>> | undefined {
  const value = held(store, key)?.value ?? { hash: {} }
  return typeof value === 'object' && 'hash' in value ? value.hash : undefined
}

function setAt(store: Store, key: string): readonly string[] | undefined {
  const value = held(store, key)?.value ?? { set: [] }
  return typeof value === 'object' && 'set' in value ? value.set : undefined
}

/** Keeps a list, a hash or a set; an empty one is none. */
function keep(store: Store, key: string, value: Value, size: number): void {
  if (size === 0) store.keys.delete(key)
  else store.keys.set(key, { ...store.keys.get(key), value })
}

const set: Command = ([key = '', value = '', ...options], store) => {
  const names = options.map((word) => word.toUpperCase())
  const known = held(store, key)
  if ((names.includes('NX') && known) || (names.includes('XX') && !known)) return null
  const [seconds, milliseconds] = ['EX', 'PX'].map((name) => (names.includes(name) ? Number(options[names.indexOf(name) + 1]) : undefined))
  const span = seconds === undefined ? milliseconds : seconds * 1000
  store.keys.set(key, { value, ...(span !== undefined && { until: store.now() + span }) })
  return ok
}

function add(store: Store, key: string, by: number): Reply {
  const text = textAt(store, key) ?? '0'
  if (typeof text !== 'string') return text
  if (!/^-?\d+$/.test(text) || Number.isNaN(by)) return notInteger
  const sum = Number(text) + by
  store.keys.set(key, { ...store.keys.get(key), value: String(sum) })
  return sum
}

function push(end: 'left' | 'right'): Command {
  return ([key = '', ...values], store) => {
    const list = listAt(store, key)
    if ('error' in list) return list
    const longer = end === 'right' ? [...list, ...values] : [...values.reverse(), ...list]
    keep(store, key, longer, longer.length)
    return longer.length
  }
}

function pop(end: 'left' | 'right'): Command {
  return ([key = ''], store) => {
    const list = listAt(store, key)
    if ('error' in list) return list
    const rest = end === 'left' ? list.slice(1) : list.slice(0, -1)
    keep(store, key, rest, rest.length)
    return (end === 'left' ? list[0] : list.at(-1)) ?? null
  }
}

/** Seconds until a key passes: -1 for never, -2 where there is none. */
function left(store: Store, key: string, unit: number): number {
  const found = held(store, key)
  return found ? (found.until === undefined ? -1 : Math.ceil((found.until - store.now()) / unit)) : -2
}

function typeOf(value: Value | undefined): string {
  if (value === undefined) return 'none'
  if (typeof value === 'string') return 'string'
  return Array.isArray(value) ? 'list' : 'hash' in value ? 'hash' : 'set'
}

const strings: Readonly<Record<string, Command>> = {
  GET: ([key = ''], store) => textAt(store, key) ?? null,
  SET: set,
  SETNX: ([key = '', value = ''], store) => (set([key, value, 'NX'], store) === null ? 0 : 1),
  SETEX: ([key = '', seconds = '', value = ''], store) => set([key, value, 'EX', seconds], store),
  MSET: (words, store) => {
    for (let at = 0; at < words.length; at += 2) store.keys.set(words[at] ?? '', { value: words[at + 1] ?? '' })
    return ok
  },
  MGET: (words, store) => words.map((key) => textAt(store, key) ?? null).map((text) => (typeof text === 'string' ? text : null)),
  APPEND: ([key = '', more = ''], store) => {
    const text = textAt(store, key) ?? ''
    if (typeof text !== 'string') return text
    store.keys.set(key, { ...store.keys.get(key), value: text + more })
    return text.length + more.length
  },
  STRLEN: ([key = ''], store) => String(textAt(store, key) ?? '').length,
  INCR: ([key = ''], store) => add(store, key, 1),
  DECR: ([key = ''], store) => add(store, key, -1),
  INCRBY: ([key = '', by = ''], store) => add(store, key, Number(by)),
  DECRBY: ([key = '', by = ''], store) => add(store, key, -Number(by)),
}

const several: Readonly<Record<string, Command>> = {
  LPUSH: push('left'),
  RPUSH: push('right'),
  LPOP: pop('left'),
  RPOP: pop('right'),
  LLEN: ([key = ''], store) => {
    const list = listAt(store, key)
    return 'error' in list ? list : list.length
  },
  LRANGE: ([key = '', from = '0', to = '-1'], store) => {
    const list = listAt(store, key)
    return 'error' in list ? list : list.slice(Number(from), to === '-1' ? undefined : Number(to) + 1)
  },
  HSET: ([key = '', ...pairs], store) => {
    const hash = hashAt(store, key)
    if (!hash) return wrongType
    const changed = { ...hash, ...Object.fromEntries(pairs.flatMap((field, at) => (at % 2 === 0 ? [[field, pairs[at + 1] ?? '']] : []))) }
    keep(store, key, { hash: changed }, 1)
    return Object.keys(changed).length - Object.keys(hash).length
  },
  HGET: ([key = '', field = ''], store) => hashAt(store, key)?.[field] ?? null,
  HGETALL: ([key = ''], store) => Object.entries(hashAt(store, key) ?? {}).flat(),
  HKEYS: ([key = ''], store) => Object.keys(hashAt(store, key) ?? {}),
  HDEL: ([key = '', ...fields], store) => {
    const hash = hashAt(store, key) ?? {}
    const rest = Object.fromEntries(Object.entries(hash).filter(([field]) => !fields.includes(field)))
    keep(store, key, { hash: rest }, Object.keys(rest).length)
    return Object.keys(hash).length - Object.keys(rest).length
  },
  SADD: ([key = '', ...members], store) => {
    const before = setAt(store, key)
    if (!before) return wrongType
    const after = [...new Set([...before, ...members])]
    keep(store, key, { set: after }, after.length)
    return after.length - before.length
  },
  SREM: ([key = '', ...members], store) => {
    const before = setAt(store, key) ?? []
    const after = before.filter((each) => !members.includes(each))
    keep(store, key, { set: after }, after.length)
    return before.length - after.length
  },
  SMEMBERS: ([key = ''], store) => setAt(store, key) ?? wrongType,
  SISMEMBER: ([key = '', member = ''], store) => (setAt(store, key)?.includes(member) ? 1 : 0),
  SCARD: ([key = ''], store) => setAt(store, key)?.length ?? 0,
}

function remove(keys: readonly string[], store: Store): number {
  return keys.filter((key) => held(store, key) !== undefined && store.keys.delete(key)).length
}

function present(store: Store): readonly string[] {
  return [...store.keys.keys()].filter((key) => held(store, key) !== undefined)
}

function clear(_: readonly string[], { keys }: Store): Reply {
  keys.clear()
  return ok
}

const general: Readonly<Record<string, Command>> = {
  PING: ([text]) => text ?? { line: 'PONG' },
  ECHO: ([text = '']) => text,
  DEL: remove,
  UNLINK: remove,
  EXISTS: (keys, store) => keys.filter((key) => held(store, key)).length,
  TYPE: ([key = ''], store) => ({ line: typeOf(held(store, key)?.value) }),
  KEYS: ([pattern = '*'], store) => present(store).filter((key) => matches(key, pattern)),
  TTL: ([key = ''], store) => left(store, key, 1000),
  PTTL: ([key = ''], store) => left(store, key, 1),
  EXPIRE: ([key = '', seconds = ''], store) => {
    const found = held(store, key)
    if (found) store.keys.set(key, { ...found, until: store.now() + Number(seconds) * 1000 })
    return found ? 1 : 0
  },
  PERSIST: ([key = ''], store) => {
    const found = held(store, key)
    if (found) store.keys.set(key, { value: found.value })
    return found?.until === undefined ? 0 : 1
  },
  DBSIZE: (_, store) => present(store).length,
  FLUSHALL: clear,
  FLUSHDB: clear,
  SELECT: () => ok,
  SAVE: () => ok,
  BGSAVE: () => ({ line: 'Background saving started' }),
  CONFIG: configure,
  INFO: ([section = ''], store) => store.info(section.toLowerCase()),
  TIME: (_, { now }) => [String(Math.floor(now() / 1000)), String((now() % 1000) * 1000)],
  COMMAND: () => [],
  CLIENT: () => ok,
}

function configure([verb = '', name = '', value = '']: readonly string[], { config }: Store): Reply {
  if (verb.toUpperCase() === 'GET') return [...config].filter(([key]) => matches(key, name.toLowerCase())).flat()
  if (verb.toUpperCase() !== 'SET') return ok
  if (!config.has(name.toLowerCase())) return { error: `ERR Unknown option or number of arguments for CONFIG SET - '${name}'` }
  config.set(name.toLowerCase(), plainValue(value))
  return ok
}

const sizes: Readonly<Record<string, number>> = { b: 1, k: 1000, kb: 1024, m: 1_000_000, mb: 1024 ** 2, g: 1_000_000_000, gb: 1024 ** 3 }

/** A value of the configuration as it is shown: sizes are bytes. */
export function plainValue(value: string): string {
  const [, number, unit = ''] = /^(\d+)(b|kb?|mb?|gb?)$/i.exec(value) ?? []
  return number === undefined ? value.replace(/^"(.*)"$/, '$1') : String(Number(number) * (sizes[unit.toLowerCase()] ?? 1))
}

const commands: Readonly<Record<string, Command>> = { ...general, ...strings, ...several }
const writing = /^(SET|MSET|APPEND|INCR|DECR|[LR]PUSH|[LR]POP|HSET|HDEL|SADD|SREM|DEL|UNLINK|EXPIRE|PERSIST|FLUSH)/

/** The reply to a command. */
export function reply([name = '', ...words]: readonly string[], store: Store): Reply {
  const command = commands[name.toUpperCase()]
  if (command) return command(words, store)
  return { error: `ERR unknown command '${name}', with args beginning with: ${words.map((word) => `'${word}' `).join('')}` }
}

/** True for a command that changes what is held. */
export function writes(name: string): boolean {
  return writing.test(name.toUpperCase())
}
