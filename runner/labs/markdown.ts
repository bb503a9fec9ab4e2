// The one Markdown parser (decision 17): a text becomes a title, headings, and parts in their order: prose, code, prompts.
import MarkdownIt from 'markdown-it'
import type { Prompt, Scenario } from './course-schema.ts'
import { promptSchema, scenarioSchema } from './course-schema.ts'
import { checkForm, FormError, parseYamlText } from './world-file.ts'

/** What a fence is for: typed by the learner, typed to verify, part of the solution, a rung of the ladder of hints, or only to read. */
export type BlockKind = 'command' | 'verification' | 'solution' | 'hint' | 'reading'

/** A fenced block. `line` is its first line in the file, counted from 1. */
export interface Block {
  readonly kind: BlockKind
  readonly language: string
  /** The text between the fences, without the last newline. */
  readonly script: string
  readonly line: number
}

/** A heading below the title; `slug` is its anchor, unique in its text. */
export interface Heading {
  readonly depth: number
  readonly slug: string
  readonly text: string
}

/** One part of a text, in reading order. A block's `index` is its place in the list of blocks. */
export type Part =
  | { readonly kind: 'prose'; readonly html: string }
  | { readonly kind: 'block'; readonly index: number; readonly block: Block }
  | { readonly kind: 'hint'; readonly html: string }
  | { readonly kind: 'predict'; readonly prompt: Prompt; readonly question: string; readonly explanation: string }
  | { readonly kind: 'scenario'; readonly scenario: Scenario; readonly html: ScenarioHtml }

/** A scenario's Markdown, rendered. */
export interface ScenarioHtml {
  readonly situation: string
  readonly question: string
  readonly lesson: string
  readonly options: readonly { readonly says: string; readonly why: string }[]
}

/** A Markdown text, taken apart. */
export interface PageText {
  readonly title: string
  readonly headings: readonly Heading[]
  readonly blocks: readonly Block[]
  readonly parts: readonly Part[]
  /** Words of prose, for a reading time. */
  readonly words: number
}

const kinds: Readonly<Record<string, BlockKind>> = { run: 'command', verify: 'verification', solution: 'solution', hint: 'hint' }
const fences = ['bash run', 'bash verify', 'bash solution', 'markdown hint', 'yaml predict', 'yaml scenario', 'bash'].map((info) => `\`\`\`${info}`).join(', ')

type Parser = ReturnType<typeof createParser>
type Token = ReturnType<Parser['parse']>[number]

/** A fault in a lab's Markdown, with the line that it stands on. */
export class MarkdownError extends Error {
  override readonly name = 'MarkdownError'
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

/** Parses a page or a step. Throws `MarkdownError` for a missing title, a fence with an unknown second word, or a prompt of another form. */
export function parsePage(text: string): PageText {
  const parser = createParser()
  const tokens = parser.parse(text, {})
  const [open, inline, close] = tokens
  if (open?.type !== 'heading_open' || open.tag !== 'h1' || !inline) throw new MarkdownError(1, 'expected the title first, as "# Create the fleet"')
  const body = tokens.slice(tokens.indexOf(close ?? inline) + 1)
  const headings = nameHeadings(body)
  const parts = partsOf(body, parser)
  const blocks = parts.flatMap((part) => (part.kind === 'block' ? [part.block] : []))
  return { title: inline.content, headings, blocks, parts, words: wordsOf(body) }
}

/** Renders a short Markdown text: a note, a goal. */
export function renderMarkdown(text: string): string {
  return createParser().render(text)
}

function createParser() {
  const parser = new MarkdownIt({ html: false, linkify: false })
  const outer = parser.renderer.rules.table_open
  // Wide tables scroll by themselves, so that the page never does; a region that scrolls must be reachable by keyboard.
  parser.renderer.rules.table_open = (tokens, index, options, env, self) =>
    `<div class="table" tabindex="0" role="region" aria-label="Table">${outer?.(tokens, index, options, env, self) ?? '<table>'}`
  parser.renderer.rules.table_close = () => '</table></div>'
  return parser
}

function partsOf(body: readonly Token[], parser: Parser): readonly Part[] {
  const parts: Part[] = []
  let prose: Token[] = []
  let blocks = 0
  const flush = (): void => {
    if (prose.length > 0) parts.push({ kind: 'prose', html: parser.renderer.render(prose, parser.options, {}) })
    prose = []
  }
  for (const token of body) {
    if (token.type !== 'fence' || token.level > 0) {
      prose.push(token)
      continue
    }
    flush()
    const part = partOf(token, parser, blocks)
    if (part.kind === 'block') blocks += 1
    parts.push(part)
  }
  flush()
  return parts
}

function partOf(token: Token, parser: Parser, index: number): Part {
  const line = (token.map?.[0] ?? 0) + 1
  const [language = '', use, ...rest] = token.info.trim().split(/\s+/)
  if (use === 'predict' && rest.length === 0) return predict(token.content, line, parser)
  if (use === 'scenario' && rest.length === 0) return scenario(token.content, line, parser)
  const kind = use === undefined ? 'reading' : kinds[use]
  if (!kind || rest.length > 0) throw new MarkdownError(line, `expected a fence as ${fences}, found \`\`\`${token.info}`)
  if (kind === 'hint') return { kind, html: parser.render(token.content) }
  return { kind: 'block', index, block: { kind, language, script: token.content.replace(/\n$/, ''), line } }
}

function predict(content: string, line: number, parser: Parser): Part {
  const prompt = parsed(content, line, (value) => checkForm(promptSchema, value, 'predict'))
  return { kind: 'predict', prompt, question: parser.render(prompt.question), explanation: parser.render(prompt.explanation) }
}

function scenario(content: string, line: number, parser: Parser): Part {
  const found = parsed(content, line, (value) => checkForm(scenarioSchema, value, 'scenario'))
  const html = {
    situation: parser.render(found.situation),
    question: parser.render(found.question),
    lesson: parser.render(found.lesson),
    options: found.options.map(({ says, why }) => ({ says: parser.renderInline(says), why: parser.render(why) })),
  }
  return { kind: 'scenario', scenario: found, html }
}

/** The YAML of a fence; a fault is told with the fence's own line in the file. */
function parsed<result>(content: string, line: number, check: (value: unknown) => result): result {
  try {
    return check(parseYamlText(content, 'fence'))
  } catch (error) {
    if (!(error instanceof FormError)) throw error
    throw new MarkdownError(line, error.problems.join('; '))
  }
}

/** Gives each heading its anchor, and lists them. */
function nameHeadings(body: readonly Token[]): readonly Heading[] {
  const taken = new Map<string, number>()
  return body.flatMap((token, index) => {
    if (token.type !== 'heading_open') return []
    const text = (body[index + 1]?.children ?? []).map(({ content }) => content).join('')
    const base = slugOf(text)
    const before = taken.get(base) ?? 0
    taken.set(base, before + 1)
    const slug = before === 0 ? base : `${base}-${before}`
    token.attrSet('id', slug)
    return [{ depth: Number(token.tag.slice(1)), slug, text }]
  })
}

function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
}

function wordsOf(body: readonly Token[]): number {
  return body.filter(({ type }) => type === 'inline' || type === 'fence').reduce((sum, { content }) => sum + content.split(/\s+/).filter(Boolean).length, 0)
}
