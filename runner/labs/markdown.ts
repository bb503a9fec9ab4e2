// The one Markdown parser (decision 17): a step's text becomes a title, prose and blocks that can be run.
import MarkdownIt from 'markdown-it'

/** What a fence is for: typed by the learner, typed to verify, part of the solution, or only to read. */
export type BlockKind = 'command' | 'verification' | 'solution' | 'reading'

/** A fenced block of a step. `line` is its first line in the file, counted from 1. */
export interface Block {
  readonly kind: BlockKind
  readonly language: string
  /** The text between the fences, without the last newline. */
  readonly script: string
  readonly line: number
}

/** A step's Markdown, taken apart. `html` is the whole text rendered, without its title. */
export interface StepText {
  readonly title: string
  readonly blocks: readonly Block[]
  readonly html: string
}

const kinds: Readonly<Record<string, BlockKind>> = { run: 'command', verify: 'verification', solution: 'solution' }

/** Parses a step. Throws `MarkdownError` for a missing title or a fence with an unknown second word. */
export function parseStep(text: string): StepText {
  const parser = new MarkdownIt({ html: false, linkify: false })
  const tokens = parser.parse(text, {})
  const [open, inline, close] = tokens
  if (open?.type !== 'heading_open' || open.tag !== 'h1' || !inline) throw new MarkdownError(1, 'expected the title first, as "# Create the fleet"')
  const blocks = tokens.filter(({ type }) => type === 'fence').map((token) => toBlock(token.info, token.content, (token.map?.[0] ?? 0) + 1))
  const body = tokens.slice(tokens.indexOf(close ?? inline) + 1)
  return { title: inline.content, blocks, html: parser.renderer.render(body, parser.options, {}) }
}

/** A fault in a lab's Markdown, with the line that it stands on. */
export class MarkdownError extends Error {
  override readonly name = 'MarkdownError'
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

function toBlock(info: string, content: string, line: number): Block {
  const [language = '', use, ...rest] = info.trim().split(/\s+/)
  const kind = use === undefined ? 'reading' : kinds[use]
  if (!kind || rest.length > 0)
    throw new MarkdownError(line, `expected a fence as \`\`\`bash run, \`\`\`bash verify, \`\`\`bash solution or \`\`\`bash, found \`\`\`${info}`)
  return { kind, language, script: content.replace(/\n$/, ''), line }
}
