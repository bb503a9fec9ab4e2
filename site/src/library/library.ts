// All courses and labs, loaded once for a build.
import { type Course, type CourseModule, type CoursePage, loadCourse } from '#runner/labs/load-course.ts'
import { type Lab, loadLab } from '#runner/labs/load-labs.ts'
import { folder } from './folder.ts'

let courses: Promise<readonly Course[]> | undefined
let labs: Promise<readonly Lab[]> | undefined

/** Every course, in the order of their folders. */
export function allCourses(): Promise<readonly Course[]> {
  courses ??= folder.courses().then((ids) => Promise.all(ids.map((id) => loadCourse(folder, id))))
  return courses
}

/** Every lab, in the order of their folders. */
export function allLabs(): Promise<readonly Lab[]> {
  labs ??= folder.labs().then((ids) => Promise.all(ids.map((id) => loadLab(folder, id))))
  return labs
}

/** A page with the module and the course that it belongs to. */
export interface PagePlace {
  readonly course: Course
  readonly module: CourseModule
  readonly page: CoursePage
}

/** Every page of every course. */
export async function allPages(): Promise<readonly PagePlace[]> {
  return (await allCourses()).flatMap((course) => course.modules.flatMap((module) => module.pages.map((page) => ({ course, module, page }))))
}

/** The page that leads to a lab, if one does. */
export async function pageOfLab(lab: string): Promise<PagePlace | undefined> {
  return (await allPages()).find(({ page }) => page.lab === lab)
}

/** Labs that the pages of a course lead to, in reading order. */
export async function labsOf(course: Course): Promise<readonly Lab[]> {
  const ids = course.modules.flatMap(({ pages }) => pages.flatMap(({ lab }) => lab ?? []))
  const every = await allLabs()
  return [...new Set(ids)].flatMap((id) => every.find((lab) => lab.id === id) ?? [])
}

/** Address of a course's page. */
export function addressOf(course: Course, page: CoursePage): string {
  return `/${course.id}/${page.slug}/`
}
