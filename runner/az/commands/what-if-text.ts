// What a deployment would change, in words and signs: as `az deployment ... what-if` lays it out.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { splitResourceId } from './resource-ids.ts'

const signs: Readonly<Record<string, string>> = {
  Create: '+',
  Delete: '-',
  Modify: '~',
  Array: '~',
  Deploy: '!',
  NoChange: '=',
  Ignore: '*',
  Unsupported: 'x',
  NoEffect: 'x',
}
const weights: Readonly<Record<string, number>> = { Delete: 0, Create: 1, Deploy: 2, Modify: 3, NoChange: 4, Unsupported: 5, Ignore: 6, NoEffect: 7 }
const counts: Readonly<Record<string, string>> = {
  Create: 'to create',
  Delete: 'to delete',
  Deploy: 'to deploy',
  Modify: 'to modify',
  Ignore: 'to ignore',
  NoChange: 'no change',
  Unsupported: 'unsupported',
}

const notice = `Note: The result may contain false positive predictions (noise).
You can help us improve the accuracy of the result by opening an issue here: https://aka.ms/WhatIfIssues
NOTICE! - Want to get What-if without noise? Move to Deployment Stacks What-If https://aka.ms/stackswhatifGA

`

/** The whole text of a result's changes, without an end of line. */
export function whatIfText(changes: readonly JsonObject[]): string {
  return `${notice}${legend(changes)}${scopesText(changes)}\nResource changes: ${changes.length === 0 ? 'no change.' : `${stats(changes)}.`}`
}

function typeOf(change: JsonObject): string {
  return String(change.changeType ?? change.propertyChangeType)
}

function listOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function typesIn(changes: readonly JsonObject[]): string[] {
  return changes.flatMap((change) => [typeOf(change) === 'Array' ? 'Modify' : typeOf(change), ...typesIn(listOf(change.delta ?? change.children))])
}

function legend(changes: readonly JsonObject[]): string {
  if (changes.length === 0) return ''
  const types = [...new Set(typesIn(changes))].sort((a, b) => weight(a) - weight(b))
  const lines = types.map((type) => `  ${signs[type]} ${type.charAt(0)}${type.slice(1).toLowerCase()}\n`)
  return `Resource and property changes are indicated with ${types.length === 1 ? 'this symbol' : 'these symbols'}:\n${lines.join('')}`
}

function weight(type: string): number {
  return weights[type] ?? 9
}

function stats(changes: readonly JsonObject[]): string {
  const types = [...new Set(changes.map(typeOf))].sort((a, b) => weight(a) - weight(b))
  return types.map((type) => `${changes.filter((change) => typeOf(change) === type).length} ${counts[type]}`).join(', ')
}

function scopesText(changes: readonly JsonObject[]): string {
  if (changes.length === 0) return ''
  const scopes = [...Map.groupBy(changes, (change) => splitResourceId(String(change.resourceId)).scope.toUpperCase())].sort(([a], [b]) => (a < b ? -1 : 1))
  const texts = scopes.map(([, some]) => scopeText(some))
  return `\nThe deployment will update the following ${scopes.length === 1 ? 'scope' : 'scopes'}:\n${texts.join('')}`
}

function scopeText(changes: readonly JsonObject[]): string {
  const relative = (change: JsonObject): string => splitResourceId(String(change.resourceId)).relative
  const sorted = changes.toSorted((a, b) => weight(typeOf(a)) - weight(typeOf(b)) || (relative(a) < relative(b) ? -1 : 1))
  const scope = splitResourceId(String(changes[0]?.resourceId)).scope
  return `\nScope: ${scope}\n${sorted.map((change, index) => changeText(change, relative(change), index === sorted.length - 1)).join('')}`
}

function changeText(change: JsonObject, relative: string, isLast: boolean): string {
  const { before, after } = change
  const shown = isObject(before) ? before : isObject(after) ? after : {}
  const version = shown.apiVersion === undefined || shown.apiVersion === null ? '' : ` [${String(shown.apiVersion)}]`
  const head = `\n  ${signs[typeOf(change)]} ${relative}${version}`
  if (typeOf(change) === 'Create' && isObject(after)) return `${head}${valueText(after, { indent: 2 })}`
  if (typeOf(change) === 'Delete' && isObject(before)) return `${head}${valueText(before, { indent: 2 })}`
  const delta = listOf(change.delta)
  if (delta.length > 0) return `${head}\n${propertiesText(delta, 2)}`
  return isLast ? `${head}\n` : head
}

const propertyWeights: Readonly<Record<string, number>> = { Delete: 0, Create: 1, Modify: 2, Array: 2, NoEffect: 3 }

function propertiesText(changes: readonly JsonObject[], indent: number): string {
  const order = (change: JsonObject): number => propertyWeights[typeOf(change)] ?? 9
  const sorted = changes.toSorted((a, b) => order(a) - order(b) || (String(a.path) < String(b.path) ? -1 : 1))
  const width = Math.max(0, ...sorted.filter(countsForWidth).map(({ path }) => String(path ?? '').length))
  return sorted.map((change) => `${propertyText(change, width, indent)}\n`).join('')
}

function countsForWidth(change: JsonObject): boolean {
  if (typeOf(change) === 'Create') return isLeaf(change.after)
  if (typeOf(change) === 'Delete' || typeOf(change) === 'Modify') return isLeaf(change.before)
  return listOf(change.children).length === 0
}

function propertyText(change: JsonObject, width: number, indent: number): string {
  const { before, after } = change
  const children = listOf(change.children)
  const path = (value: Json | undefined): string => pathText(change, value, { width, indent })
  if (typeOf(change) === 'Delete') return `${path(before)}${valueText(before, { indent: indent + 1 })}`
  if (typeOf(change) === 'Array') return `${path(change.children)}[\n${propertiesText(children, indent + 1)}${spaces(indent + 1)}]`
  if (typeOf(change) !== 'Modify') return `${path(after)}${valueText(after, { indent: indent + 1 })}`
  if (children.length > 0) return `${path(before)}\n\n${propertiesText(children, indent + 1)}`
  const arrow = isFullObject(before) ? `\n${spaces(indent + 1)}=>` : ' =>'
  const end = !isLeaf(before) && isLeaf(after) ? '\n' : ''
  return `${path(before)}${valueText(before, { indent: indent + 1 })}${arrow}${isFullObject(after) ? '' : ' '}${valueText(after, { indent: indent + 1 })}${end}`
}

function pathText(change: JsonObject, value: Json | undefined, { width, indent }: { width: number; indent: number }): string {
  const path = String(change.path ?? '')
  if (path === '') return ''
  const nested = typeOf(change) === 'Modify' && listOf(change.children).length > 0
  const padding = nested || isFullObject(value) ? 0 : isFullArray(value) ? 1 : width - path.length + 1
  return `${spaces(indent)}${signs[typeOf(change)]} ${path}:${' '.repeat(Math.max(0, padding))}`
}

interface Place {
  readonly path?: string
  readonly width?: number
  readonly indent: number
}

/** A value with its path before it: leaves on a line, lists in brackets, objects by their members' paths. */
function valueText(value: Json | undefined, { path = '', width = 0, indent }: Place): string {
  if (isFullObject(value)) return objectText(value as JsonObject, { path, width, indent })
  const head = path === '' ? '' : `${spaces(indent)}${path}:${' '.repeat(Math.max(0, isFullArray(value) ? 1 : width - path.length + 1))}`
  return `${head}${isFullArray(value) ? arrayText(value as readonly Json[], indent) : leafText(value)}`
}

function objectText(value: JsonObject, { path = '', width = 0, indent }: Place): string {
  const root = path === ''
  const inner = root ? { width: widthOf(value), indent: indent + 1 } : { width, indent }
  const members = Object.entries(value).map(([key, one]) => {
    const text = valueText(one, { path: root ? key : `${path}.${key}`, ...inner })
    return isFullObject(one) ? text : `${text}\n`
  })
  return `${root ? '\n\n' : ''}${members.join('')}`
}

function arrayText(value: readonly Json[], indent: number): string {
  const width = String(Math.max(0, value.findLastIndex(isLeaf))).length
  const items = value.map((one, index) =>
    isFullObject(one)
      ? `${spaces(indent + 1)}${index}:${valueText(one, { indent: indent + 1 })}`
      : valueText(one, { path: String(index), width, indent: indent + 1 }),
  )
  return `[\n${items.map((item) => `${item}\n`).join('')}${spaces(indent)}]`
}

function widthOf(value: JsonObject): number {
  const widths = Object.entries(value).map(([key, one]) =>
    isFullArray(one) ? 0 : isFullObject(one) ? key.length + 1 + widthOf(one as JsonObject) : key.length,
  )
  return Math.max(0, ...widths)
}

function leafText(value: Json | undefined): string {
  if (typeof value === 'string') return `"${value}"`
  if (Array.isArray(value)) return '[]'
  return isObject(value) ? '{}' : String(value ?? null)
}

function isFullArray(value: Json | undefined): boolean {
  return Array.isArray(value) && value.length > 0
}

function isFullObject(value: Json | undefined): boolean {
  return isObject(value) && Object.keys(value).length > 0
}

function isLeaf(value: Json | undefined): boolean {
  return !isFullArray(value) && !isFullObject(value)
}

function spaces(indent: number): string {
  return '  '.repeat(indent)
}
