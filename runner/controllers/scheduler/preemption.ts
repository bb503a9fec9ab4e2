// Who has to go so that a more important pod finds room, chosen as the real scheduler's DefaultPreemption does.
import { isObject, type JsonObject } from '../../base/json.ts'
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import { labelSelectorMatcher } from '../../kubernetes/selectors.ts'
import { type Pod, podCondition } from '../pods.ts'
import { checkFor } from './filters.ts'
import { loadFrom } from './load.ts'
import { type Misfit, type Place, priorityOf, type Surroundings } from './place.ts'

/** A node that would take the pod if these victims left it. */
export interface Candidate {
  readonly place: Place
  /** The most important first. */
  readonly victims: readonly Pod[]
  readonly violations: number
}

/** Why a pod may not make others go, in the scheduler's words; undefined if it may. */
export function ineligible(pod: Pod, misfits: ReadonlyMap<Place, Misfit>): string | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.'
  const nominated = [...misfits].find(([{ node }]) => node.metadata.name === pod.status?.nominatedNodeName)
  if (!nominated || nominated[1].final) return undefined
  const leaving = nominated[0].load.pods.some((other) => priorityOf(other) < priorityOf(pod) && isLeaving(other))
  return leaving ? 'not eligible due to a terminating pod on the nominated node.' : undefined
}

/** The candidate that hurts least; or, for each place that was tried, why it is none. */
export function choose(
  pod: Pod,
  misfits: ReadonlyMap<Place, Misfit>,
  { surroundings, budgets }: { readonly surroundings: Surroundings; readonly budgets: readonly KubernetesObject[] },
): Candidate | readonly Misfit[] {
  const candidates: Candidate[] = []
  const failures: Misfit[] = []
  for (const [place, misfit] of misfits) {
    const result = misfit.final ? notHelpful : dryRun(pod, place, { surroundings, budgets })
    if ('reasons' in result) failures.push(result)
    else candidates.push(result)
  }
  const [best] = candidates.sort(byHarm)
  return best ?? failures
}

const notHelpful: Misfit = { reasons: ['Preemption is not helpful for scheduling'], final: true }
const noVictims: Misfit = { reasons: ['No preemption victims found for incoming pod'], final: true }

function isLeaving(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined && podCondition(pod, 'DisruptionTarget')?.reason === 'PreemptionByScheduler'
}

/** Takes all lesser pods away, then lets back as many as may stay: those whose budgets are violated first, the important first. */
function dryRun(
  pod: Pod,
  place: Place,
  { surroundings, budgets }: { readonly surroundings: Surroundings; readonly budgets: readonly KubernetesObject[] },
): Candidate | Misfit {
  const lesser = place.load.pods.filter((other) => priorityOf(other) < priorityOf(pod)).sort(byImportance)
  if (lesser.length === 0) return noVictims
  const gone = new Set(lesser)
  const misfit = (): Misfit | undefined => {
    const left = { node: place.node, load: loadFrom(place.load.pods.filter((other) => !gone.has(other))) }
    return checkFor(pod, { ...surroundings, places: surroundings.places.map((each) => (each === place ? left : each)) })(left)
  }
  const hopeless = misfit()
  if (hopeless) return hopeless
  const violating = violators(lesser, budgets)
  for (const other of [...lesser.filter((each) => violating.has(each)), ...lesser.filter((each) => !violating.has(each))]) {
    gone.delete(other)
    if (misfit()) gone.add(other)
  }
  const victims = lesser.filter((other) => gone.has(other))
  return { place, victims, violations: victims.filter((other) => violating.has(other)).length }
}

/** The higher priority first, then the longer running. */
function byImportance(a: Pod, b: Pod): number {
  return priorityOf(b) - priorityOf(a) || compare(startOf(a), startOf(b))
}

function startOf(pod: Pod): string {
  return typeof pod.status?.startTime === 'string' ? pod.status.startTime : '9'
}

/** Pods whose going one of their budgets does not allow. */
function violators(pods: readonly Pod[], budgets: readonly KubernetesObject[]): ReadonlySet<Pod> {
  const open = budgets.map((budget) => ({
    budget,
    matcher: labelSelectorMatcher(selectorOf(budget)),
    left: Number(at(budget, 'status', 'disruptionsAllowed') ?? 0),
  }))
  const found = new Set<Pod>()
  for (const pod of pods) {
    const { name = '', namespace, labels = {} } = pod.metadata
    for (const each of open) {
      if (each.budget.metadata.namespace !== namespace || each.matcher.empty || !each.matcher.matches(labels)) continue
      if (at(each.budget, 'status', 'disruptedPods', name) !== undefined) continue
      each.left -= 1
      if (each.left < 0) found.add(pod)
    }
  }
  return found
}

function selectorOf(budget: KubernetesObject): JsonObject | undefined {
  const selector = at(budget, 'spec', 'selector')
  return isObject(selector) ? selector : undefined
}

/**
 * Fewest violated budgets; then the least important most important victim; the lowest sum of priorities; the fewest
 * victims; the one whose most important victims started last.
 */
function byHarm(a: Candidate, b: Candidate): number {
  return a.violations - b.violations || highest(a) - highest(b) || sum(a) - sum(b) || a.victims.length - b.victims.length || compare(earliest(b), earliest(a))
}

function highest({ victims }: Candidate): number {
  return victims[0] ? priorityOf(victims[0]) : Number.NEGATIVE_INFINITY
}

function sum({ victims }: Candidate): number {
  return victims.reduce((total, victim) => total + priorityOf(victim) + 2 ** 31, 0)
}

function earliest(candidate: Candidate): string {
  const starts = candidate.victims.filter((victim) => priorityOf(victim) === highest(candidate)).map(startOf)
  return starts.sort()[0] ?? ''
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
