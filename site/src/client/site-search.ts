// Search in the pages: Pagefind's index and code are fetched when the dialog is first opened.
import { find, make } from './elements.ts'

interface Excerpt {
  readonly url: string
  readonly title: string
  readonly excerpt: string
  /** Title of the page, where the excerpt is of one of its sections. */
  readonly page?: string
}

interface Found {
  data(): Promise<{ url: string; excerpt: string; meta: { title?: string }; sub_results: readonly Excerpt[] }>
}

interface Pagefind {
  init(): Promise<void>
  debouncedSearch(words: string): Promise<{ results: readonly Found[] } | null>
}

class SiteSearch extends HTMLElement {
  #pagefind: Promise<Pagefind> | undefined

  connectedCallback(): void {
    const dialog = find<HTMLDialogElement>(this, 'dialog')
    const words = find<HTMLInputElement>(this, 'input')
    find(this, '.open').addEventListener('click', () => this.#open())
    find(this, '[data-close]').addEventListener('click', () => dialog.close())
    find(this, 'form').addEventListener('submit', (event) => {
      event.preventDefault()
      this.querySelector<HTMLAnchorElement>('.results a')?.click()
    })
    dialog.addEventListener('click', ({ target }) => {
      if (target === dialog || (target instanceof Element && target.closest('.results a'))) dialog.close()
    })
    dialog.addEventListener('keydown', (event) => this.#arrows(event))
    words.addEventListener('input', () => void this.#search(words.value.trim()))
    document.addEventListener('keydown', (event) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
      if (event.target instanceof Element && event.target.closest('.xterm')) return
      event.preventDefault()
      if (dialog.open) dialog.close()
      else this.#open()
    })
  }

  #open(): void {
    find<HTMLDialogElement>(this, 'dialog').showModal()
    find<HTMLInputElement>(this, 'input').select()
    this.#pagefind ??= loadPagefind()
  }

  async #search(words: string): Promise<void> {
    const status = find(this, '.status')
    const list = find(this, '.results')
    if (words === '') {
      list.replaceChildren()
      status.textContent = ''
      return
    }
    this.#pagefind ??= loadPagefind()
    const pagefind = await this.#pagefind.catch(() => undefined)
    if (!pagefind) {
      status.textContent = 'The search index could not be loaded. It is made when the site is built.'
      return
    }
    const answer = await pagefind.debouncedSearch(words)
    if (!answer) return
    const pages = await Promise.all(answer.results.slice(0, 8).map((result) => result.data()))
    const places = pages.flatMap(({ url, excerpt, meta: { title = url }, sub_results: parts }): readonly Excerpt[] =>
      parts.length > 0 ? parts.slice(0, 2).map((part) => ({ ...part, page: title })) : [{ url, excerpt, title }],
    )
    status.textContent =
      answer.results.length === 0 ? `Nothing found for “${words}”` : `${answer.results.length} ${answer.results.length === 1 ? 'page' : 'pages'}`
    list.replaceChildren(...places.map(itemOf))
  }

  /** Arrow keys go through the results. */
  #arrows(event: KeyboardEvent): void {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    event.preventDefault()
    const stops: (Element | null)[] = [find(this, 'input'), ...this.querySelectorAll('.results a')]
    const at = stops.indexOf(document.activeElement)
    const next = stops[Math.min(stops.length - 1, Math.max(0, at + (event.key === 'ArrowDown' ? 1 : -1)))]
    if (next instanceof HTMLElement) next.focus()
  }
}

function itemOf({ url, title, excerpt, page = title }: Excerpt): HTMLElement {
  const of = page === title ? [] : [make('em', {}, page)]
  return make('li', {}, make('a', { href: url }, make('strong', {}, title, ...of), excerptOf(excerpt)))
}

/** Pagefind's excerpt is escaped text with `<mark>` around what was found; only these are kept as elements. */
function excerptOf(excerpt: string): HTMLElement {
  const decoder = new DOMParser().parseFromString(excerpt, 'text/html').body
  const pieces = [...decoder.childNodes].map((node) => (node.nodeName === 'MARK' ? make('mark', {}, node.textContent ?? '') : (node.textContent ?? '')))
  return make('small', {}, ...pieces)
}

async function loadPagefind(): Promise<Pagefind> {
  const path = '/pagefind/pagefind.js'
  const pagefind: Pagefind = await import(/* @vite-ignore */ path)
  await pagefind.init()
  return pagefind
}

customElements.define('site-search', SiteSearch)
