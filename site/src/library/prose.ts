// What the site adds to the parser's HTML: diagrams inlined, links to headings, headings of a step below the step's own.
import { textOf } from './folder.ts'

/** Drawings beside the text, inlined: they take the page's colours, and a screen reader finds their titles. */
export function inlineDrawings(html: string, folder: string): string {
  return html.replaceAll(/<p>\s*<img src="([^":]+\.svg)" alt="[^"]*"[^>]*>\s*<\/p>/g, (whole, file: string) => {
    const drawing = textOf(`${folder}/${file.replace(/^\.\//, '')}`)
    if (drawing === undefined) return whole
    const svg = drawing.slice(drawing.indexOf('<svg'))
    return `<figure class="drawing not-content">${svg}</figure>`
  })
}

/** A link beside each heading, to be copied. */
export function linkHeadings(html: string): string {
  return html.replaceAll(/<(h[2-4]) id="([^"]+)">(.*?)<\/\1>/g, (_all, tag: string, id: string, inner: string) => {
    const label = inner.replaceAll(/<[^>]+>/g, '')
    return `<${tag} id="${id}">${inner}<a class="heading-link" href="#${id}" aria-label="Link to “${label}”"></a></${tag}>`
  })
}

/** Headings of a step stand one level below the step's own title, with anchors that are the step's. */
export function lowerHeadings(html: string, step: string): string {
  return html
    .replaceAll(/<(\/?)h([2-5])/g, (_all, slash: string, depth: string) => `<${slash}h${Number(depth) + 1}`)
    .replaceAll(/<(h[3-6]) id="([^"]+)"/g, (_all, tag: string, id: string) => `<${tag} id="step-${step}-${id}"`)
}

/** Minutes that reading takes, at 220 words a minute. */
export function readingMinutes(words: number): number {
  return Math.max(1, Math.round(words / 220))
}

/** A short text with Markdown's backquotes only, as HTML: criteria and titles. */
export function inlineCode(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return escaped.replaceAll(/`([^`]+)`/g, '<code>$1</code>')
}

/** The same without its backquotes: for titles, labels, and what is read aloud. */
export function plainText(text: string): string {
  return text.replaceAll('`', '')
}
