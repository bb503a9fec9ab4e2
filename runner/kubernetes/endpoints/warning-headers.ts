// The texts of `Warning` headers (apiserver `endpoints/filters/warning.go`): when all of them are too long, each is cut.
const wholeLimit = 4096
const itemLimit = 256

/** The values of the headers for warnings in the order in which they came up. */
export function warningHeaders(texts: readonly string[]): readonly string[] {
  const proper = [...new Set(texts)].filter((text) => text !== '' && !/\p{Cc}/u.test(text))
  return withinLimits(proper).map((text) => inBytes(`299 - "${text.replace(/["\\]/g, '\\$&')}"`))
}

/** All if they fit; else cut ones: those up to the one that was too much, and more until there is no room. */
function withinLimits(texts: readonly string[]): readonly string[] {
  const sums = sumsOf(texts)
  const excess = sums.findIndex((sum) => sum > wholeLimit)
  if (excess < 0) return texts
  const cut = texts.map((text) => [...text].slice(0, itemLimit).join(''))
  const written = sumsOf(cut)
  return cut.filter((_, index) => index <= excess || (written[index - 1] ?? 0) < wholeLimit)
}

/** How many letters there are up to each text. */
function sumsOf(texts: readonly string[]): readonly number[] {
  const sums: number[] = []
  for (const text of texts) sums.push((sums.at(-1) ?? 0) + [...text].length)
  return sums
}

/** A header's letters are bytes, as Go writes them. */
function inBytes(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('')
}
