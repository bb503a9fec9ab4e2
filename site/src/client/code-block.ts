// A block of code with its Copy button.
import { copyFrom } from './copy.ts'

class CodeBlock extends HTMLElement {
  connectedCallback(): void {
    const button = this.querySelector<HTMLButtonElement>('[data-copy]')
    button?.addEventListener('click', () => void copyFrom(button, this.querySelector('pre')?.textContent ?? ''))
  }
}

customElements.define('code-block', CodeBlock)
