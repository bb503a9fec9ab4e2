// Events, in the shape of core/v1 and in that of events.k8s.io/v1: the same object under two sets of names.
import type { Json, JsonObject } from '../../../base/json.ts'
import { defineKind, type KindRules } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { since } from '../columns/cells.ts'
import { child, type Findings, invalid, required } from '../validation/findings.ts'
import { fields, number, present, text } from '../validation/read.ts'

interface Names {
  readonly object: string
  readonly message: string
  readonly source: string
  readonly first: string
  readonly last: string
  readonly count: string
  readonly controller: string
}

const coreNames: Names = {
  object: 'involvedObject',
  message: 'message',
  source: 'source',
  first: 'firstTimestamp',
  last: 'lastTimestamp',
  count: 'count',
  controller: 'reportingComponent',
}
const newNames: Names = {
  object: 'regarding',
  message: 'note',
  source: 'deprecatedSource',
  first: 'deprecatedFirstTimestamp',
  last: 'deprecatedLastTimestamp',
  count: 'deprecatedCount',
  controller: 'reportingController',
}

/** core/v1 Event. */
export const coreEvent = eventKind('v1', coreNames)

/** events.k8s.io/v1 Event. */
export const newEvent = eventKind('events.k8s.io/v1', newNames)

function eventKind(apiVersion: string, names: Names): KindRules {
  return defineKind({
    apiVersion,
    kind: 'Event',
    validate: (object) => [...validateEvent(object, names, apiVersion === 'v1')],
    validateUpdate: (object) => [...validateEvent(object, names, true)],
    cells: (object, now) => eventCells(object, now, names),
    selectableFields: (object) => eventFields(object, names),
  })
}

function* validateEvent(object: KubernetesObject, names: Names, legacy: boolean): Findings {
  const namespace = object.metadata.namespace ?? ''
  const involved = text(fields(object[names.object]).namespace)
  const matches = involved === '' ? namespace === '' || namespace === 'default' : namespace === involved
  if (!matches) yield invalid('involvedObject.namespace', involved, 'does not match event.namespace')
  if (legacy && !present(object.eventTime)) return
  if (!present(object.eventTime)) yield required('eventTime')
  for (const [field, name] of [
    ['reportingController', names.controller],
    ['reportingInstance', 'reportingInstance'],
    ['action', 'action'],
    ['reason', 'reason'],
  ] as const)
    if (text(object[name]) === '') yield required(field)
  if (text(object.type) === '') yield required('type')
  else if (object.type !== 'Normal' && object.type !== 'Warning') yield invalid('type', '', `has invalid value: ${text(object.type)}`)
}

function eventCells(object: KubernetesObject, now: number, names: Names): readonly Json[] {
  const involved = fields(object[names.object])
  const first = since((present(object[names.first]) ? object[names.first] : object.eventTime) as Json | undefined, now)
  const series = present(object.series) ? fields(object.series) : undefined
  const last = present(object[names.last]) ? since(object[names.last] as Json, now) : first
  const target = `${text(involved.kind).toLowerCase()}${text(involved.name) === '' ? '' : `/${text(involved.name)}`}`
  return [
    series === undefined ? last : since(series.lastObservedTime, now),
    text(object.type),
    text(object.reason),
    target,
    text(involved.fieldPath),
    sourceText(object, names),
    text(object[names.message]).trim(),
    first,
    series === undefined ? number(object[names.count]) || 1 : number(series.count),
    object.metadata.name ?? '',
  ]
}

function sourceText(object: KubernetesObject, names: Names): string {
  const source = fields(object[names.source])
  const component = text(source.component) || text(object[names.controller])
  const instance = text(source.host) || text(object.reportingInstance)
  return instance === '' || instance === component ? component : `${component}, ${instance}`
}

function eventFields(object: KubernetesObject, names: Names): Readonly<Record<string, string>> {
  const involved: JsonObject = fields(object[names.object])
  const parts = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath']
  const controller = text(object[names.controller])
  return {
    ...Object.fromEntries(parts.map((name) => [child(names.object, name), text(involved[name])])),
    reason: text(object.reason),
    [names.controller]: controller,
    source: text(fields(object[names.source]).component) || controller,
    type: text(object.type),
  }
}
