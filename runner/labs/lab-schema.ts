// The form of a lab: what `lab.yaml` may say. Shared by the runner and the site.
import { z } from 'zod'
import { worldSchema } from './world-file.ts'

const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower-case words joined by hyphens, as "members-joined"')

const criterion = z.strictObject({
  /** Also the name of the check: `checks/<lab>/<id>.ts`. */
  id: slug,
  /** What the learner is told, one sentence. */
  says: z.string().min(1),
})

const step = z.strictObject({
  /** Markdown file of the step, in the lab's folder; its first heading is the title. */
  file: z.string().regex(/\.md$/, 'expected the name of a Markdown file, as "1-set-up.md"'),
  /** Ids of the criteria that this step is to achieve. */
  criteria: z.array(slug).default([]),
  /** Ids of the milestones by which the step is seen to be done. */
  milestones: z.array(slug).default([]),
})

/** Schema of `lab.yaml`; unknown keys are errors. */
export const labSchema = z
  .strictObject({
    title: z.string().min(1),
    summary: z.string().min(1),
    /** How long it usually takes, in minutes. */
    minutes: z.number().int().positive(),
    goals: z.array(z.string().min(1)).min(1),
    world: worldSchema,
    /** Parameters that the author lets others set with `--set NAME=VALUE`, with their defaults. */
    parameters: z.record(slug, z.string()).default({}),
    /** Things to know before the first step, as Markdown: durations, limits of the simulation. */
    notes: z.array(z.string()).default([]),
    steps: z.array(step).min(1),
    criteria: z.array(criterion).min(1),
    /** Decided by checks as criteria are, but not what the lab is judged by: they tick off steps. */
    milestones: z.array(criterion).default([]),
  })
  .superRefine((lab, context) => {
    for (const list of ['criteria', 'milestones'] as const) {
      const known = new Set(lab[list].map(({ id }) => id))
      for (const [index, step] of lab.steps.entries()) {
        for (const id of step[list].filter((id) => !known.has(id))) {
          context.addIssue({ code: 'custom', path: ['steps', index, list], message: `expected one of ${[...known].join(', ') || '(none)'}, found "${id}"` })
        }
      }
    }
    const all = [...lab.criteria, ...lab.milestones].map(({ id }) => id)
    if (new Set(all).size < all.length) context.addIssue({ code: 'custom', path: ['criteria'], message: 'expected every id once' })
  })

/** What `lab.yaml` says, checked, defaults filled in. */
export type LabFile = z.infer<typeof labSchema>
