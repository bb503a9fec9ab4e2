// The sidebar of a course: the pages of each module in reading order, then the labs.
import type { StarlightPageProps } from '@astrojs/starlight/props'
import type { Course } from '#runner/labs/load-course.ts'
import { addressOf, labsOf } from './library.ts'

type Sidebar = NonNullable<StarlightPageProps['sidebar']>

/** What stands beside every page of a course, and gives previous and next their order. */
export async function sidebarOf(course: Course): Promise<Sidebar> {
  const overview = { label: 'Overview', link: `/${course.id}/` }
  const modules = course.modules.map(({ number, title, pages }) => ({
    label: number ? `${number} ${title}` : title,
    items: [...pages.map((page) => ({ label: page.title, link: addressOf(course, page) }))],
  }))
  const labs = (await labsOf(course)).map(({ id, file }) => ({ label: file.title, link: `/labs/${id}/`, attrs: { 'data-astro-reload': true } }))
  return [overview, ...modules, ...(labs.length > 0 ? [{ label: 'Labs', items: labs }] : [])]
}
