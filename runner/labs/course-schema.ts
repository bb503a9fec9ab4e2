// The form of a course: what `course.yaml`, a predict prompt and a scenario may say. Shared by the runner and the site.
import { z } from 'zod'

const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower-case words joined by hyphens, as "fleet-manager"')
const words = z.string().min(1)

const page = z.strictObject({
  /** Markdown file in the course's folder, as "5-placement.md"; its name without number is the page's slug, its first heading the title. */
  file: z.string().regex(/^\d+-[a-z0-9-]+\.md$/, 'expected a number and a slug, as "5-placement.md"'),
  /** One sentence, for search, cards and the page's description. */
  summary: words,
  /** The lab that this page leads to. */
  lab: slug.optional(),
})

const module = z.strictObject({
  id: slug,
  /** As it stands in front of the title: "7.5". */
  number: words.optional(),
  title: words,
  summary: words,
  level: z.enum(['beginner', 'intermediate', 'advanced']),
  /** How long it usually takes, labs included, in minutes. */
  minutes: z.number().int().positive(),
  goals: z.array(words).min(1),
  pages: z.array(page).min(1),
})

/** Schema of `course.yaml`; unknown keys are errors. */
export const courseSchema = z.strictObject({ title: words, summary: words, modules: z.array(module).min(1) })

/** What `course.yaml` says, checked. */
export type CourseFile = z.infer<typeof courseSchema>

/** Schema of a ```yaml predict fence: the answer is asked for before the explanation is shown. */
export const promptSchema = z.strictObject({
  id: slug,
  question: words,
  placeholder: words.optional(),
  explanation: words,
})

/** A predict prompt. */
export type Prompt = z.infer<typeof promptSchema>

const option = z.strictObject({ id: slug, says: words, why: words, right: z.boolean().default(false) })

/** Schema of a ```yaml scenario fence: one right option, an explanation for every one. */
export const scenarioSchema = z
  .strictObject({ id: slug, title: words, situation: words, question: words, options: z.array(option).min(2), lesson: words })
  .superRefine(({ options }, context) => {
    const right = options.filter((entry) => entry.right).length
    if (right !== 1) context.addIssue({ code: 'custom', path: ['options'], message: `expected one right option, found ${right}` })
    if (new Set(options.map(({ id }) => id)).size < options.length) context.addIssue({ code: 'custom', path: ['options'], message: 'expected every id once' })
  })

/** A scenario of a knowledge check. */
export type Scenario = z.infer<typeof scenarioSchema>
