// Reads courses: one folder each, `course.yaml` and a Markdown file per page; says all that is wrong at once.
import { type CourseFile, courseSchema } from './course-schema.ts'
import type { LabFolder } from './load-labs.ts'
import { MarkdownError, type PageText, parsePage } from './markdown.ts'
import { checkForm, FormError, parseYamlText } from './world-file.ts'

/** A page of a course, ready to be shown. Its address is `/<course>/<slug>/`. */
export interface CoursePage extends PageText {
  readonly slug: string
  readonly summary: string
  /** Id of the lab that this page leads to. */
  readonly lab: string | undefined
}

/** A module of a course. */
export interface CourseModule extends Omit<CourseFile['modules'][number], 'pages'> {
  readonly pages: readonly CoursePage[]
}

/** A course, whole. `id` is the folder's name. */
export interface Course {
  readonly id: string
  readonly title: string
  readonly summary: string
  readonly modules: readonly CourseModule[]
}

/** Loads one course. Throws `FormError` with every fault found in its files. */
export async function loadCourse(folder: LabFolder, id: string): Promise<Course> {
  const path = `${id}/course.yaml`
  const text = await folder.read(path)
  if (text === undefined)
    throw new FormError(`labs/${path}`, [`There is no course "${id}": expected one of ${(await folder.courses()).join(', ') || '(none)'}`])
  const file = checkForm(courseSchema, parseYamlText(text, `labs/${path}`), `labs/${path}`)
  const known = await folder.labs()
  const problems: string[] = []
  const modules = await Promise.all(
    file.modules.map(async ({ pages, ...module }) => ({ ...module, pages: (await Promise.all(pages.map((page) => loadPage(page)))).flat() })),
  )
  problems.push(...twice(modules.flatMap(({ pages }) => pages)))
  if (problems.length > 0) throw new FormError(`labs/${id}`, problems)
  return { id, title: file.title, summary: file.summary, modules }

  async function loadPage({ file: name, summary, lab }: CourseFile['modules'][number]['pages'][number]): Promise<CoursePage[]> {
    if (lab !== undefined && !known.includes(lab)) problems.push(`course.yaml: There is no lab "${lab}": expected one of ${known.join(', ')}`)
    const markdown = await folder.read(`${id}/${name}`)
    if (markdown === undefined) problems.push(`${name}: course.yaml names this file, and it is not there`)
    try {
      return markdown === undefined ? [] : [{ ...parsePage(markdown), slug: slugOf(name), summary, lab }]
    } catch (error) {
      if (!(error instanceof MarkdownError)) throw error
      problems.push(`${name}:${error.line}: ${error.message}`)
      return []
    }
  }
}

function slugOf(file: string): string {
  return file.replace(/^\d+-/, '').replace(/\.md$/, '')
}

/** Slugs and ids of questions that stand twice: addresses and stored answers need each once. */
function twice(pages: readonly CoursePage[]): readonly string[] {
  const names = [...pages.map(({ slug }) => `page "${slug}"`), ...pages.flatMap(questionsOf).map((question) => `question "${question}"`)]
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map((name) => `${name}: expected once in a course, found twice`)
}

/** Ids of what a page asks: prompts and scenarios. */
export function questionsOf(page: Pick<PageText, 'parts'>): readonly string[] {
  return page.parts.flatMap((part) => (part.kind === 'predict' ? [part.prompt.id] : part.kind === 'scenario' ? [part.scenario.id] : []))
}
