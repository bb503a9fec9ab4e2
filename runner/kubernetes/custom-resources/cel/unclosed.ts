// What the parser misses where a text ends too early (cel-go `parser/gen/CEL.g4`).

/** The server's words for a text that ends with a dot, or with a bracket left open behind it or behind a value; undefined for any other. */
export function unclosedProblem(text: string): string | undefined {
  const bare = text.replace(/"[^"]*"|'[^']*'/g, (quoted) => 'x'.repeat(quoted.length))
  if (/\.\s*$/.test(bare)) return "no viable alternative at input '.'"
  if (/[[{]\s*$/.test(bare)) return `mismatched input '<EOF>' expecting ${beginnings(bare.trimEnd())}`
  const open = openBrackets(bare)
  const at = open.at(-1)
  if (at === undefined || !/[\w)\]}]\s*$/.test(bare)) return undefined
  const bracket = bare.charAt(at)
  if (bracket === '(') return "missing ')' at '<EOF>'"
  if (bracket === '{') return `mismatched input '<EOF>' expecting ${isKey(bare.slice(at + 1)) ? "':'" : "{'}', ','}"}`
  if (!/[\w)\]}]\s*$/.test(bare.slice(0, at))) return "mismatched input '<EOF>' expecting {']', ','}"
  return open.length === 1 ? "missing ']' at '<EOF>'" : "mismatched input '<EOF>' expecting ']'"
}

/** What may stand behind the bracket at the end: an index, the first item of a list, the first entry of a map. */
function beginnings(bare: string): string {
  const [isMap, isIndex] = [bare.endsWith('{'), /[\w)\]}]\s*\[$/.test(bare)]
  const [inList, inMap, comma] = [isMap || isIndex ? '' : " ']',", isMap ? " '}'," : '', isIndex ? '' : " ',',"]
  return `{'[',${inList} '{',${inMap} '(', '.',${comma} '-', '!', '?', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`
}

/** Where brackets stand that nothing closes, outermost first. */
function openBrackets(bare: string): readonly number[] {
  const open: number[] = []
  for (const { 0: bracket, index } of bare.matchAll(/[([{)\]}]/g)) {
    if ('([{'.includes(bracket)) open.push(index)
    else open.pop()
  }
  return open
}

/** True if the last entry of a map has come no further than its key. */
function isKey(entries: string): boolean {
  return !/[:?]/.test(entries.split(',').at(-1) ?? '')
}
