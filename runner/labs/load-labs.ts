// Reads labs: one folder each, `lab.yaml` and a Markdown file per step; says all that is wrong at once.
import { type LabFile, labSchema } from './lab-schema.ts'
import { type Block, MarkdownError, type PageText, parsePage } from './markdown.ts'
import { checkForm, FormError, parseYamlText } from './world-file.ts'

/** The labs folder, as handed in by whoever has a file system. Paths are relative to it, with `/`. */
export interface LabFolder {
  /** Names of the folders that are labs, sorted: those with no `course.yaml`. */
  labs(): Promise<readonly string[]>
  /** Names of the folders that are courses, sorted: those with a `course.yaml`. */
  courses(): Promise<readonly string[]>
  /** Text of a file, or undefined if there is none. */
  read(path: string): Promise<string | undefined>
}

/** A step, ready to be shown and run. Ids count from "1". */
export interface Step extends PageText {
  readonly id: string
  readonly blocks: readonly Block[]
  readonly criteria: readonly string[]
  /** Ids of milestones: what is seen once the step is done, where it is no criterion. */
  readonly milestones: readonly string[]
}

/** A lab, whole. `id` is the folder's name. */
export interface Lab {
  readonly id: string
  readonly file: LabFile
  readonly steps: readonly Step[]
  /** The script that solves the lab from its first step to its last, as one learner would type it. */
  readonly solution: string | undefined
}

/** Loads one lab. Throws `FormError` with every fault found in its files. */
export async function loadLab(folder: LabFolder, id: string): Promise<Lab> {
  const path = `${id}/lab.yaml`
  const text = await folder.read(path)
  if (text === undefined) {
    const known = await folder.labs()
    throw new FormError(`labs/${path}`, [`There is no lab "${id}": expected one of ${known.join(', ') || '(none)'}`])
  }
  const file = checkForm(labSchema, parseYamlText(text, `labs/${path}`), `labs/${path}`)
  const problems: string[] = []
  const steps: Step[] = []
  for (const [index, step] of file.steps.entries()) {
    const parsed = await loadStep(folder, { id, file: step.file, problems })
    if (parsed) steps.push({ id: String(index + 1), criteria: step.criteria, milestones: step.milestones, ...parsed })
  }
  if (problems.length > 0) throw new FormError(`labs/${id}`, problems)
  return { id, file, steps, solution: await folder.read(`${id}/solution.sh`) }
}

async function loadStep(folder: LabFolder, of: { id: string; file: string; problems: string[] }): Promise<PageText | undefined> {
  const text = await folder.read(`${of.id}/${of.file}`)
  if (text === undefined) {
    of.problems.push(`${of.file}: lab.yaml names this file, and it is not there`)
    return undefined
  }
  try {
    return parsePage(text)
  } catch (error) {
    if (!(error instanceof MarkdownError)) throw error
    of.problems.push(`${of.file}:${error.line}: ${error.message}`)
    return undefined
  }
}
