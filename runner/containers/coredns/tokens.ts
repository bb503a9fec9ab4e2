// The words of a Corefile (coredns/caddy `caddyfile/lexer.go`): set apart by space, or in quotes; the rest of a line after `#` is a remark.

/** A word and where it stands. */
export interface Token {
  /** Empty for the Corefile itself: others are named once they are imported. */
  readonly file: string
  readonly line: number
  readonly text: string
}

const space = /\s/

/** All words of a text. */
export function tokensOf(text: string, file = ''): readonly Token[] {
  const tokens: Token[] = []
  let [at, line] = [0, 1]
  while (at < text.length) {
    const letter = text[at] ?? ''
    if (letter === '\n') line += 1
    if (letter === '#') at = endOfLine(text, at)
    else if (space.test(letter)) at += 1
    else {
      const word = letter === '"' ? quoted(text, at + 1) : plain(text, at)
      tokens.push({ file, line, text: word.text })
      line += linesIn(text.slice(at, word.end))
      at = word.end
    }
  }
  return tokens
}

interface Word {
  readonly text: string
  readonly end: number
}

function plain(text: string, start: number): Word {
  let [end, word] = [start, '']
  for (; end < text.length && !space.test(text[end] ?? ''); end += 1) {
    if (text[end] === '#') return { text: word, end: endOfLine(text, end) }
    word += text[end]
  }
  return { text: word, end }
}

/** Inside of quotes only quotes can be escaped. */
function quoted(text: string, start: number): Word {
  let [end, word] = [start, '']
  for (; end < text.length && text[end] !== '"'; end += 1) {
    if (text[end] === '\\' && text[end + 1] === '"') end += 1
    word += text[end]
  }
  return { text: word, end: end + 1 }
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

/** How many line breaks a text has. */
export function linesIn(text: string): number {
  return text.split('\n').length - 1
}
