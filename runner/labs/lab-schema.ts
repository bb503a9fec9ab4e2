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

const created = z.strictObject({
  /** The cluster that it is made on, by its name in `clusters`; or every one that a placement takes it to. */
  on: z.union([slug, z.literal('members')]),
  apiVersion: z.string().min(1),
  kind: z.string().min(1),
  name: z.string().min(1),
  namespace: z.string().min(1).optional(),
})

/** How a lab runs on clusters that exist. */
const real = z.strictObject({
  /** Clusters that have to be named with `--set NAME=CONTEXT`: what each is, and under which context the lab's commands know it. */
  clusters: z.record(slug, z.strictObject({ role: z.enum(['hub', 'member']), context: z.string().min(1) })),
  /** Ids of the steps that need no more than those clusters. */
  steps: z.array(z.string()).min(1),
  /** Criteria that those clusters decide. */
  criteria: z.array(slug).min(1),
  /** Variables of the shell that the steps before would have set. */
  variables: z.record(z.string(), z.string()).default({}),
  /** What the steps make, in the order in which they make it. */
  creates: z.array(created).min(1),
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
    /** Absent where a lab makes sense in a simulated world alone. */
    real: real.optional(),
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

/** How a lab runs on clusters that exist, as `lab.yaml` says it. */
export type RealPart = z.infer<typeof real>

/** What `lab.yaml` says, checked, defaults filled in. */
export type LabFile = z.infer<typeof labSchema>
