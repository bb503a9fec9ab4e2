// JSON as Go's encoder writes it.

/** A value as Go prints it: `<`, `>`, `&` and two separators of lines escaped. */
export function goJson(value: unknown, pretty = false): string {
  return escapedForGo(pretty ? JSON.stringify(value, null, 2) : JSON.stringify(value))
}

/** JSON text with what HTML could take for its own escaped. */
export function escapedForGo(text: string): string {
  return /[<>&\u2028\u2029]/.test(text) ? text.replace(/[<>&\u2028\u2029]/g, escapeCharacter) : text
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
