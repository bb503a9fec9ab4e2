// Copy buttons: the text goes to the clipboard, and the button says so for a moment.

/** Copies, and says on the button whether it went well. */
export async function copyFrom(button: HTMLButtonElement, text: string): Promise<void> {
  const label = button.dataset.label ?? button.textContent ?? 'Copy'
  button.dataset.label = label
  const copied = await writeClipboard(text)
  button.textContent = copied ? 'Copied' : 'Select and copy'
  setTimeout(() => {
    button.textContent = label
  }, 1600)
}

async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
