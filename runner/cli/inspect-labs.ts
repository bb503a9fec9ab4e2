// The work of `drydock lint`: every file of a lab is read, every script looked at by bash, every check loaded.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { loadChecks } from '../checks/load-checks.ts'
import { loadCourse, questionsOf } from '../labs/load-course.ts'
import { type Lab, loadLab } from '../labs/load-labs.ts'
import { FormError } from '../labs/world-file.ts'
import { exitCodes, type Given } from './command.ts'
import { checkImporter, labFolder } from './content.ts'
import { type Machine, print } from './machine.ts'

const run = promisify(execFile)

/** Prints every fault of the labs and courses; 1 if there is one. */
export async function inspectLabs({ words }: Given, machine: Machine): Promise<number> {
  const folder = labFolder(machine)
  const courses = await folder.courses()
  let faults = 0
  for (const id of words.length > 0 ? words : [...(await folder.labs()), ...courses]) {
    const found = await (courses.includes(id) ? faultsOfCourse(id, machine) : faultsOfLab(id, machine)).catch((error: unknown) => ({ faults: linesOf(error) }))
    for (const line of found.faults) print(machine, line)
    if ('says' in found && found.faults.length === 0) print(machine, `labs/${id}: ${found.says}: no faults`)
    faults += found.faults.length
  }
  return faults === 0 ? exitCodes.done : exitCodes.failed
}

interface Inspected {
  readonly faults: readonly string[]
  readonly says: string
}

async function faultsOfLab(id: string, machine: Machine): Promise<Inspected> {
  const lab = await loadLab(labFolder(machine), id)
  const faults = [...(await scriptFaults(lab)), ...unusedCriteria(lab)]
  for (const list of ['criteria', 'milestones'] as const) {
    await loadChecks(lab, checkImporter(machine), list).catch((error: unknown) => faults.push(...linesOf(error)))
  }
  return { faults, says: `${lab.steps.length} steps, ${lab.file.criteria.length} criteria` }
}

async function faultsOfCourse(id: string, machine: Machine): Promise<Inspected> {
  const { modules } = await loadCourse(labFolder(machine), id)
  const pages = modules.flatMap((module) => module.pages)
  return { faults: [], says: `${pages.length} pages, ${pages.flatMap(questionsOf).length} questions` }
}

function linesOf(error: unknown): string[] {
  if (error instanceof FormError) return error.message.split('\n')
  throw error
}

/** Every script of the lab, as far as bash itself can read it. */
async function scriptFaults(lab: Lab): Promise<string[]> {
  const scripts = lab.steps.flatMap((step, index) =>
    step.blocks
      .filter(({ kind }) => kind !== 'reading')
      .map(({ script, line }) => ({ place: `labs/${lab.id}/${lab.file.steps[index]?.file}:${line}`, script })),
  )
  const solution = lab.solution === undefined ? [] : [{ place: `labs/${lab.id}/solution.sh`, script: lab.solution }]
  const missing = lab.solution === undefined ? [`labs/${lab.id}/solution.sh: expected a script that solves the lab, found no file`] : []
  const faults = await Promise.all([...scripts, ...solution].map(({ place, script }) => syntaxFault(place, script)))
  return [...missing, ...faults.flat()]
}

async function syntaxFault(place: string, script: string): Promise<string[]> {
  const child = run('bash', ['-n'])
  child.child.stdin?.end(script)
  return child.then(
    () => [],
    (error: { readonly stderr?: string }) => [
      `${place}: not valid bash: ${
        error.stderr
          ?.trim()
          .split('\n')[0]
          ?.replace(/^bash: /, '') ?? ''
      }`,
    ],
  )
}

function unusedCriteria(lab: Lab): string[] {
  const aimed = new Set(lab.file.steps.flatMap(({ criteria }) => criteria))
  return lab.file.criteria.filter(({ id }) => !aimed.has(id)).map(({ id }) => `labs/${lab.id}/lab.yaml: criteria: no step is to achieve "${id}"`)
}
