// Light and dark, in the same setting as the pages of the course.
import { find } from '../client/elements.ts'

const key = 'starlight-theme'

/** Makes the theme's button work, and follows the system while nothing was chosen. */
export function startTheme(): void {
  const root = document.documentElement
  find(document, '[data-theme-button]').addEventListener('click', () => {
    const theme = root.dataset.theme === 'light' ? 'dark' : 'light'
    root.dataset.theme = theme
    try {
      localStorage.setItem(key, theme)
    } catch {}
  })
  matchMedia('(prefers-color-scheme: light)').addEventListener('change', ({ matches }) => {
    if (!chosen()) root.dataset.theme = matches ? 'light' : 'dark'
  })
}

function chosen(): boolean {
  try {
    return Boolean(localStorage.getItem(key))
  } catch {
    return false
  }
}
