// MutatingAdmissionPolicies: writes are changed by the expressions of policies that are bound (apiserver `admission/plugin/policy/mutating`).
import { at, type KubernetesObject } from '../../object.ts'
import { asJson } from '../../registry/plain.ts'
import { StatusError } from '../../status-error.ts'
import { conditionsHold, valuesOf } from '../expressions.ts'
import { nameOf, objectsOf } from '../match.ts'
import type { AdmissionPlugin, AdmissionRequest } from '../plugin.ts'
import { refusal } from '../refusal.ts'
import { type Asked, sameObject } from '../rounds.ts'
import { type BoundPolicy, boundPolicies } from './bound.ts'
import { MutationError, mutated } from './mutation.ts'
import { paramsOf } from './params.ts'

const apiVersion = 'admissionregistration.k8s.io/v1beta1'

/** Why a policy could not do its work. Its configuration is Forbidden, what came of its expressions Invalid. */
interface Failure {
  readonly pair: BoundPolicy
  readonly message: string
  readonly reason: 'Forbidden' | 'Invalid'
}

/** A policy with one of its parameters. */
interface Invocation {
  readonly pair: BoundPolicy
  readonly param: KubernetesObject | undefined
}

export const mutatingAdmissionPolicy: AdmissionPlugin = {
  name: 'MutatingAdmissionPolicy',
  admit(request, rounds) {
    if (!request.object || request.operation === 'DELETE') return undefined
    const pairs = boundPolicies(request, apiVersion, 'MutatingAdmissionPolicy')
    if (pairs.length === 0) return undefined
    const failures: Failure[] = []
    const invocations = pairs.flatMap((pair) => invocationsOf(request, pair, failures))
    const object = invokeAll(request, { invocations, asked: rounds.of(mutatingAdmissionPolicy.name), failures })
    const fatal = failures.filter(({ pair }) => at(pair.policy, 'spec', 'failurePolicy') !== 'Ignore')
    if (fatal.length > 0) throw denial(request, fatal)
    return object
  },
}

function invocationsOf(request: AdmissionRequest, pair: BoundPolicy, failures: Failure[]): readonly Invocation[] {
  const params = paramsOf(request, pair.policy, pair.binding)
  if ('found' in params) return params.found.map((param) => ({ pair, param }))
  failures.push({ pair, message: params.problem, reason: 'Forbidden' })
  return []
}

interface Invoking {
  readonly invocations: readonly Invocation[]
  readonly asked: Asked
  readonly failures: Failure[]
}

function invokeAll(request: AdmissionRequest, { invocations, asked, failures }: Invoking): KubernetesObject | undefined {
  let { object } = request
  asked.begin(object)
  for (const invocation of invocations) {
    const key = keyOf(invocation)
    if (!isWilling({ ...request, ...(object && { object }) }, invocation, failures) || !asked.includes(key)) continue
    const next = invoke({ ...request, ...(object && { object }) }, invocation, failures)
    if (!sameObject(object, next)) asked.changed()
    object = next
    if (at(invocation.pair.policy, 'spec', 'reinvocationPolicy') === 'IfNeeded') asked.willing(key)
  }
  asked.end(object)
  return object
}

function keyOf({ pair, param }: Invocation): string {
  return JSON.stringify([nameOf(pair.policy), nameOf(pair.binding), param?.metadata.namespace, param?.metadata.name])
}

function variablesOf({ pair, param }: Invocation) {
  return { params: param && asJson(param), variables: at(pair.policy, 'spec', 'variables') }
}

function isWilling(request: AdmissionRequest, invocation: Invocation, failures: Failure[]): boolean {
  const { pair } = invocation
  const { holds, errors } = conditionsHold(at(pair.policy, 'spec', 'matchConditions'), valuesOf(request, variablesOf(invocation)))
  if (errors.length > 0) failures.push({ pair, message: errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`, reason: 'Invalid' })
  return holds
}

/** A mutation that fails is left out; those after it are made. */
function invoke(request: AdmissionRequest, invocation: Invocation, failures: Failure[]): KubernetesObject | undefined {
  let { object } = request
  for (const mutation of objectsOf(at(invocation.pair.policy, 'spec', 'mutations'))) {
    if (!object) return undefined
    try {
      object = mutated({ ...request, object }, mutation, valuesOf({ ...request, object }, variablesOf(invocation)))
    } catch (error) {
      if (!(error instanceof MutationError)) throw error
      failures.push({ pair: invocation.pair, message: error.message, reason: 'Invalid' })
    }
  }
  return object
}

/** The first failure speaks, all of them are causes; the code stays that of a refusal. */
function denial(request: AdmissionRequest, failures: readonly Failure[]): StatusError {
  const causes = failures.map(({ pair, message }) => ({
    message: `policy '${nameOf(pair.policy)}' with binding '${nameOf(pair.binding)}' denied request: ${message}`,
  }))
  const { details } = refusal(request, '', causes)
  return new StatusError(failures[0]?.reason ?? 'Forbidden', causes[0]?.message ?? '', { code: 403, ...(details && { details }) })
}
