// Titles that programs set.

/** A window's title as a program set it: text, without controls, not too long. */
export function plainTitle(text: string): string {
  return text.replaceAll(/\p{C}/gu, '').slice(0, 128)
}
