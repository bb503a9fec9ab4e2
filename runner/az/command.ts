// What a command is, as data: the facts that parser, help and errors work from, and the call that a handler gets.
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import type { ArmClient } from './arm-client.ts'
import type { AzConfig } from './config.ts'
import type { AzContext } from './context.ts'
import type { Log } from './log.ts'
import type { Profile } from './profile.ts'

/** A mark such as [Preview], with the sentence that explains it. */
export interface StatusMark {
  readonly tag: string
  readonly message: string
  /** The mark is not the command's own but that of a group above it. */
  readonly implicit?: boolean
}

interface Marked {
  readonly deprecate?: StatusMark
  readonly preview?: StatusMark
  readonly experimental?: StatusMark
}

/** One argument of a command. */
export interface ArgumentFacts extends Marked {
  readonly dest: string
  /** Spellings in their declared order; empty for a positional argument. */
  readonly options: readonly string[]
  readonly action?: 'true' | 'false' | 'append' | 'ordered'
  readonly nargs?: '?' | '*' | '+'
  readonly const?: Json
  readonly default?: Json
  readonly type?: string
  readonly choices?: readonly string[]
  readonly required?: boolean
  readonly hidden?: boolean
  readonly short?: string
  readonly long?: string
  readonly sources?: readonly string[]
  readonly group?: string
  readonly deprecatedOptions?: readonly { readonly option: string; readonly message: string; readonly tag: string; readonly hidden?: boolean }[]
}

/** One command as the real az declares it. */
export interface CommandFacts extends Marked {
  readonly short: string
  readonly long?: string
  readonly examples?: readonly (readonly [title: string, text: string])[]
  readonly arguments: readonly ArgumentFacts[]
  /** Takes --subscription. */
  readonly subscription?: boolean
  /** Takes --acquire-policy-token and --change-reference. */
  readonly policy?: boolean
  /** True, or the question to ask before it runs. */
  readonly confirmation?: boolean | string
  /** Name of the table transformer, or a JMESPath expression. */
  readonly table?: string
}

/** A name in a group's help page. */
export interface ChildFacts extends Marked {
  readonly name: string
  readonly type: 'group' | 'command'
  readonly short: string
}

/** One group of commands. */
export interface GroupFacts extends Marked {
  readonly short: string
  readonly long?: string
  readonly examples?: readonly (readonly [title: string, text: string])[]
  /** Every name that the parser knows here, also those that help does not show. */
  readonly names: readonly string[]
  readonly children: readonly ChildFacts[]
}

/** All groups and commands below one top-level name. */
export interface FactsFile {
  readonly groups: Readonly<Record<string, GroupFacts>>
  readonly commands: Readonly<Record<string, CommandFacts>>
}

/** Parsed arguments by their dest. */
export type Values = Record<string, Json | undefined>

/** What a handler works with. */
export interface Call {
  readonly command: string
  readonly values: Values
  /** Names of the options as typed, for the request headers. */
  readonly parameters: readonly string[]
  /** Dests of the arguments that were typed. */
  readonly given: readonly string[]
  readonly context: AzContext
  readonly arm: ArmClient
  /** A client that sends as another command, which this one runs inside. */
  armAs(command: string, parameters: readonly string[]): ArmClient
  readonly profile: Profile
  readonly config: AzConfig
  readonly log: Log
}

/** Does a command's work. What it returns is queried and printed; undefined prints nothing. */
export type Handler = (call: Call) => Promise<unknown>

/** How a result becomes the rows of a table. */
export type TableTransformer = (result: unknown) => unknown

/** What a command group's file exports. */
export interface CommandGroup {
  readonly handlers: Readonly<Record<string, Handler>>
  readonly tables?: Readonly<Record<string, TableTransformer>>
  /** Checks by command or by prefix that run after parsing and before the command. */
  readonly validators?: Readonly<Record<string, (call: Call) => Promise<void> | void>>
}

/** A string argument, or undefined when it was not given. */
export function text(values: Values, name: string): string | undefined {
  const value = values[name]
  return value === undefined || value === null ? undefined : String(value)
}

/** A string argument that the parser guarantees. */
export function required(values: Values, name: string): string {
  return text(values, name) ?? ''
}

/** A list argument, or undefined when it was not given. */
export function list(values: Values, name: string): readonly string[] | undefined {
  const value = values[name]
  return Array.isArray(value) ? value.map(String) : undefined
}

/** A switch. */
export function flag(values: Values, name: string): boolean {
  return values[name] === true
}

/** `key=value` words as an object; undefined when the argument was not given, empty for a single empty word. */
export function tags(values: Values, name = 'tags'): JsonObject | undefined {
  const value = values[name]
  if (value === undefined || value === null) return undefined
  if (isObject(value)) return value
  const entries = (Array.isArray(value) ? value : [value]).filter((word) => word !== '').map((word) => splitOnce(String(word)))
  return Object.fromEntries(entries)
}

function splitOnce(word: string): [string, string] {
  const at = word.indexOf('=')
  return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)]
}
