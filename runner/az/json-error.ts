// Where JSON text goes wrong, in the words of Python's json module.

/** The complaint about text that is not JSON, with line, column and offset. */
export function pythonJsonError(text: string): string {
  const { offset, message } = findProblem(text)
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  const column = offset - before.lastIndexOf('\n')
  return `${message}: line ${line} column ${column} (char ${offset})`
}

interface Problem {
  readonly offset: number
  readonly message: string
}

const expectingValue = 'Expecting value'

function findProblem(text: string): Problem {
  const start = skip(text, 0)
  const end = value(text, start)
  if (typeof end !== 'number') return end
  const rest = skip(text, end)
  return { offset: rest, message: 'Extra data' }
}

function skip(text: string, from: number): number {
  let at = from
  while (/[ \t\n\r]/.test(text[at] ?? '')) at += 1
  return at
}

function value(text: string, at: number): number | Problem {
  const letter = text[at]
  if (letter === '{') return object(text, at + 1)
  if (letter === '[') return array(text, at + 1)
  if (letter === '"') return string(text, at)
  const literal = /^(?:true|false|null|NaN|-?Infinity|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)/.exec(text.slice(at))
  return literal === null ? { offset: at, message: expectingValue } : at + literal[0].length
}

function string(text: string, at: number): number | Problem {
  const match = /^"(?:\\.|[^"\\\n])*"/.exec(text.slice(at))
  return match === null ? { offset: at, message: 'Unterminated string starting at' } : at + match[0].length
}

function object(text: string, from: number): number | Problem {
  let at = skip(text, from)
  if (text[at] === '}') return at + 1
  for (;;) {
    if (text[at] !== '"') return { offset: at, message: 'Expecting property name enclosed in double quotes' }
    const key = string(text, at)
    if (typeof key !== 'number') return key
    at = skip(text, key)
    if (text[at] !== ':') return { offset: at, message: "Expecting ':' delimiter" }
    const end = value(text, skip(text, at + 1))
    if (typeof end !== 'number') return end
    at = skip(text, end)
    if (text[at] === '}') return at + 1
    if (text[at] !== ',') return { offset: at, message: "Expecting ',' delimiter" }
    at = skip(text, at + 1)
  }
}

function array(text: string, from: number): number | Problem {
  let at = skip(text, from)
  if (text[at] === ']') return at + 1
  for (;;) {
    const end = value(text, at)
    if (typeof end !== 'number') return end
    at = skip(text, end)
    if (text[at] === ']') return at + 1
    if (text[at] !== ',') return { offset: at, message: "Expecting ',' delimiter" }
    at = skip(text, at + 1)
  }
}
