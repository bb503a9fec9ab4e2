// `{1..5}` and `{a,b}` in plain text, as bash has them.
import type { Word } from './syntax.ts'

/** The words that a word with braces stands for. */
export function braces(word: Word): readonly Word[] {
  const found = place(word)
  if (!found) return [word]
  const { head, items, tail } = found
  return items.flatMap((item) => braces([...head, ...item, ...tail]))
}

interface Place {
  readonly head: Word
  readonly items: readonly Word[]
  readonly tail: Word
}

type Letter = { readonly char: string } | { readonly part: Word[number] }

/** The first pair of braces that means something, letter by letter: quoted parts stand in between as they are. */
function place(word: Word): Place | undefined {
  const letters: Letter[] = word.flatMap((part): Letter[] => (part.kind === 'text' && !part.quoted ? [...part.text].map((char) => ({ char })) : [{ part }]))
  const charAt = (at: number): string => {
    const letter = letters[at]
    return letter && 'char' in letter ? letter.char : ''
  }
  for (let start = 0; start < letters.length; start += 1) {
    if (charAt(start) !== '{') continue
    const commas: number[] = []
    let depth = 0
    for (let at = start; at < letters.length; at += 1) {
      if (charAt(at) === '{') depth += 1
      else if (charAt(at) === ',' && depth === 1) commas.push(at)
      else if (charAt(at) === '}') depth -= 1
      if (depth > 0) continue
      const items = commas.length > 0 ? between(letters, [start, ...commas, at]) : rangeOf(letters.slice(start + 1, at))
      if (items) return { head: wordOf(letters.slice(0, start)), items, tail: wordOf(letters.slice(at + 1)) }
      break
    }
  }
  return undefined
}

function between(letters: readonly Letter[], marks: readonly number[]): readonly Word[] {
  return marks.slice(1).map((end, index) => wordOf(letters.slice((marks[index] ?? 0) + 1, end)))
}

function wordOf(letters: readonly Letter[]): Word {
  return letters.map((letter) => ('char' in letter ? { kind: 'text', text: letter.char, quoted: false } : letter.part))
}

function rangeOf(letters: readonly Letter[]): readonly Word[] | undefined {
  const text = letters.map((letter) => ('char' in letter ? letter.char : '\0')).join('')
  const [, one = '', other = '', by = '1'] = /^(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?$/.exec(text) ?? /^([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d+))?$/.exec(text) ?? []
  if (one === '') return undefined
  const letter = /[A-Za-z]/.test(one)
  const [from, to] = letter ? [one.charCodeAt(0), other.charCodeAt(0)] : [Number(one), Number(other)]
  const step = Math.abs(Number(by)) || 1
  const width = [one, other].some((each) => /^-?0\d/.test(each)) ? Math.max(one.length, other.length) : 0
  const count = Math.min(Math.floor(Math.abs(to - from) / step) + 1, 100_000)
  return Array.from({ length: count }, (_, index) => {
    const value = from + Math.sign(to - from) * index * step
    const shown = letter ? String.fromCharCode(value) : value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0')
    return [{ kind: 'text', text: shown, quoted: false } as const]
  })
}
