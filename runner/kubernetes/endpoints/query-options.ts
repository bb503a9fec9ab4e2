// Options in a request's query, checked as `meta.k8s.io` options are, with the server's findings.
import { isObject, type JsonObject } from '../../base/json.ts'
import type { DeleteOptions } from '../client.ts'
import { forbidden, invalid as invalidField, notSupported, required, tooLong } from '../kinds/validation/findings.ts'
import type { FieldValidation } from '../registry/decode-object.ts'
import { badRequest, invalid } from '../registry/errors.ts'
import type { FieldError } from '../status-error.ts'
import { isTrue } from './request-info.ts'

/** Options of a list or watch. */
export interface ListOptionsRead {
  readonly labelSelector: string | undefined
  readonly fieldSelector: string | undefined
  readonly limit: number
  readonly continue: string | undefined
  readonly resourceVersion: string | undefined
  readonly resourceVersionMatch: string | undefined
  readonly sendInitialEvents: boolean | undefined
  readonly allowWatchBookmarks: boolean
  readonly timeoutSeconds: number | undefined
}

/** Options of a create, update or patch. */
export interface WriteOptionsRead {
  readonly dryRun: boolean
  readonly fieldManager: string
  readonly fieldValidation: FieldValidation
  readonly force: boolean
}

/** Options of a delete with its dry run. */
export type DeleteOptionsRead = DeleteOptions & { readonly dryRun: boolean }

/** Reads the options of a list (`watch` false) or a watch. */
export function readListOptions(query: URLSearchParams, watch: boolean): ListOptionsRead {
  const initial = query.get('sendInitialEvents')
  const options: ListOptionsRead = {
    labelSelector: query.get('labelSelector') ?? undefined,
    fieldSelector: query.get('fieldSelector') ?? undefined,
    limit: Math.max(readInteger(query, 'limit') ?? 0, 0),
    continue: query.get('continue') ?? undefined,
    resourceVersion: query.get('resourceVersion') ?? undefined,
    resourceVersionMatch: query.get('resourceVersionMatch') || undefined,
    sendInitialEvents: initial === null ? undefined : isTrue(initial),
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    timeoutSeconds: readInteger(query, 'timeoutSeconds'),
  }
  refuse('ListOptions', [...(watch ? watchFindings(options) : listFindings(options))])
  return options
}

/** Reads the options of a write; `patchType` is that of a patch. */
export function readWriteOptions(query: URLSearchParams, kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions', patchType?: string): WriteOptionsRead {
  const dryRun = query.getAll('dryRun')
  const fieldManager = query.get('fieldManager') ?? ''
  const fieldValidation = query.get('fieldValidation') ?? ''
  const errors: FieldError[] = []
  if (patchType === 'apply' && fieldManager === '') errors.push(required('fieldManager', 'is required for apply patch'))
  if (patchType !== undefined && patchType !== 'apply' && query.has('force')) errors.push(forbidden('force', 'may not be specified for non-apply patch'))
  if (fieldManager.length > 128) errors.push(tooLong('fieldManager', 128))
  errors.push(...unprintable(fieldManager))
  errors.push(...dryRunFindings(dryRun))
  if (!['', 'Ignore', 'Strict', 'Warn'].includes(fieldValidation))
    errors.push(notSupported('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn']))
  refuse(kind, errors)
  return { dryRun: dryRun.length > 0, fieldManager, fieldValidation: (fieldValidation || 'Warn') as FieldValidation, force: isTrue(query.get('force')) }
}

function unprintable(fieldManager: string): readonly FieldError[] {
  return [...fieldManager].flatMap((letter, position) => {
    if (!/[\p{C}\p{Zl}\p{Zp}]|[^\P{Z} ]/u.test(letter)) return []
    const code = (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    return [invalidField('fieldManager', fieldManager, `invalid character U+${code} (at position ${position})`)]
  })
}

/** Reads the options of a delete from its body, or from the query where there is none. */
export function readDeleteOptions(body: JsonObject | undefined, query: URLSearchParams): DeleteOptionsRead {
  const sent = body ?? deleteQuery(query)
  const { propagationPolicy: policy, orphanDependents: orphan, gracePeriodSeconds: grace } = sent
  const dryRun = Array.isArray(sent.dryRun) ? sent.dryRun.map(String) : []
  const errors: FieldError[] = []
  if (orphan !== undefined && policy !== undefined)
    errors.push(invalidField('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'))
  if (policy !== undefined && !isPolicy(policy)) errors.push(notSupported('propagationPolicy', policy, ['Foreground', 'Background', 'Orphan', 'nil']))
  refuse('DeleteOptions', [...errors, ...dryRunFindings(dryRun)])
  const conditions = isObject(sent.preconditions) ? sent.preconditions : {}
  const chosen = isPolicy(policy) ? policy : orphan === true ? 'Orphan' : orphan === false ? 'Background' : undefined
  return {
    dryRun: dryRun.length > 0,
    ...(chosen === undefined ? {} : { propagationPolicy: chosen }),
    ...(typeof grace === 'number' ? { gracePeriodSeconds: grace } : {}),
    preconditions: {
      ...(typeof conditions.uid === 'string' ? { uid: conditions.uid } : {}),
      ...(typeof conditions.resourceVersion === 'string' ? { resourceVersion: conditions.resourceVersion } : {}),
    },
  }
}

/** A whole number of a query; refuses anything else in Go's words. */
export function readInteger(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

function deleteQuery(query: URLSearchParams): JsonObject {
  const grace = readInteger(query, 'gracePeriodSeconds')
  const policy = query.get('propagationPolicy')
  const orphan = query.get('orphanDependents')
  return {
    dryRun: query.getAll('dryRun'),
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(policy === null ? {} : { propagationPolicy: policy }),
    ...(orphan === null ? {} : { orphanDependents: isTrue(orphan) }),
  }
}

function isPolicy(value: unknown): value is NonNullable<DeleteOptions['propagationPolicy']> {
  return value === 'Foreground' || value === 'Background' || value === 'Orphan'
}

function dryRunFindings(dryRun: readonly string[]): FieldError[] {
  return dryRun.every((value) => value === 'All') ? [] : [notSupported('dryRun', dryRun, ['All'])]
}

function* listFindings(options: ListOptionsRead): Generator<FieldError, void> {
  const { resourceVersionMatch: match, resourceVersion = '' } = options
  const field = 'resourceVersionMatch'
  if (match !== undefined) {
    if (resourceVersion === '') yield forbidden(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided')
    if (options.continue) yield forbidden(field, 'resourceVersionMatch is forbidden when continue is provided')
    if (match !== 'Exact' && match !== 'NotOlderThan') yield notSupported(field, match, ['Exact', 'NotOlderThan', ''])
    if (match === 'Exact' && resourceVersion === '0') yield forbidden(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
  }
  if (options.sendInitialEvents !== undefined) yield forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list')
}

function* watchFindings(options: ListOptionsRead): Generator<FieldError, void> {
  const { resourceVersionMatch: match, sendInitialEvents } = options
  const field = 'resourceVersionMatch'
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan')
    yield forbidden(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
  const { resourceVersion = '' } = options
  // A watch from the beginning is asked to send what is there, by default.
  const byDefault = match === undefined && sendInitialEvents === undefined && (resourceVersion === '' || resourceVersion === '0')
  if (byDefault && options.continue) yield forbidden(field, 'resourceVersionMatch is forbidden when continue is provided')
  if (match === undefined) return
  if (sendInitialEvents === undefined) yield forbidden(field, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')
  if (match !== 'NotOlderThan') yield notSupported(field, match, ['NotOlderThan'])
  if (options.continue) yield forbidden(field, 'resourceVersionMatch is forbidden when continue is provided')
}

function refuse(kind: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', errors)
}
