// Events, in the shape of core/v1 and in that of events.k8s.io/v1: the same object under two sets of names.
import type { Json, JsonObject } from '../../../base/json.ts'
import { defineKind, type KindRules } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { since } from '../columns/cells.ts'
import { child, type Findings, invalid, invalidAll, required } from '../validation/findings.ts'
import { isQualifiedName } from '../validation/names.ts'
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

/** The longest texts of an Event that has a time of its own. */
const limits = { reportingInstance: 128, action: 128, reason: 128 }
const longestNote = 1024

/** core/v1 Event. */
export const coreEvent = eventKind('v1', coreNames)

/** events.k8s.io/v1 Event. */
export const newEvent = eventKind('events.k8s.io/v1', newNames)

function eventKind(apiVersion: string, names: Names): KindRules {
  return defineKind({
    apiVersion,
    kind: 'Event',
    validate: (object) => [...validateEvent(object, names), ...(apiVersion === 'v1' ? [] : validateNewer(object, names))],
    validateUpdate: (object) => [...validateEvent(object, names)],
    cells: (object, now) => eventCells(object, now, names),
    selectableFields: (object) => eventFields(object, names),
  })
}

/** What both APIs want (`legacyValidateEvent`): more of an Event that has a time of its own. */
function* validateEvent(object: KubernetesObject, names: Names): Findings {
  const namespace = object.metadata.namespace ?? ''
  const involved = text(fields(object[names.object]).namespace)
  const strict = present(object.eventTime)
  const anywhere = strict ? ['default', 'kube-system'] : ['', 'default']
  const matches = involved === '' ? anywhere.includes(namespace) : strict || namespace === involved
  if (!matches) yield invalid('involvedObject.namespace', involved, 'does not match event.namespace')
  if (!strict) return
  const controller = text(object[names.controller])
  if (controller === '') yield required(names.controller)
  yield* invalidAll(names.controller, controller, isQualifiedName(controller))
  for (const [name, limit] of Object.entries(limits)) {
    if (text(object[name]) === '') yield required(name)
    if (text(object[name]).length > limit) yield invalid(name, '', `can have at most ${limit} characters`)
  }
  if (text(object[names.message]).length > longestNote) yield invalid('message', '', `can have at most ${longestNote} characters`)
}

/** What the newer API wants beside that (`ValidateEventCreate`). */
function* validateNewer(object: KubernetesObject, names: Names): Findings {
  if (present(object.series)) {
    const series = fields(object.series)
    if (number(series.count) < 2) yield invalid('series.count', '', 'should be at least 2')
    if (!present(series.lastObservedTime)) yield required('series.lastObservedTime')
  }
  if (!present(object.eventTime)) yield required('eventTime')
  if (object.type !== 'Normal' && object.type !== 'Warning') yield invalid('type', '', `has invalid value: ${text(object.type)}`)
  for (const [field, name] of [
    ['firstTimestamp', names.first],
    ['lastTimestamp', names.last],
    ['count', names.count],
  ] as const)
    if (present(object[name]) && object[name] !== 0) yield invalid(field, '', 'needs to be unset')
  const source = fields(object[names.source])
  if (text(source.component) !== '' || text(source.host) !== '') yield invalid('source', '', 'needs to be unset')
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
