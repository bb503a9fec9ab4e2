// A predict prompt: the explanation shows only after an answer, or after saying that there is none.
import { keepAnswer, localAnswer, storedAnswer, whereKept } from './answers.ts'
import { find } from './elements.ts'

const unknown = 'I do not know'

class PredictPrompt extends HTMLElement {
  connectedCallback(): void {
    const form = find<HTMLFormElement>(this, 'form')
    const text = find<HTMLTextAreaElement>(this, 'textarea')
    text.addEventListener('input', () => this.#ready())
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#commit(text.value.trim())
    })
    find(this, '[data-unknown]').addEventListener('click', () => void this.#commit(text.value.trim() || unknown))
    find(this, '[data-again]').addEventListener('click', () => {
      this.#show(undefined)
      text.focus()
    })
    void this.#restore()
  }

  async #restore(): Promise<void> {
    const { course = '', question = '' } = this.dataset
    const local = localAnswer(course, question)
    if (local) this.#show(local.answer)
    const stored = await storedAnswer(course, question)
    if (stored && stored.answer !== local?.answer && find<HTMLTextAreaElement>(this, 'textarea').value === (local?.answer ?? '')) this.#show(stored.answer)
  }

  async #commit(answer: string): Promise<void> {
    if (answer === '') return
    const { course = '', question = '' } = this.dataset
    this.#show(answer)
    find(this, '[data-compare]').focus()
    const { kept } = await keepAnswer(course, question, { answer })
    find(this, '[data-kept]').textContent = whereKept(kept)
  }

  /** Shows the answer beside the explanation, or the form again. */
  #show(answer: string | undefined): void {
    find(this, 'form').hidden = answer !== undefined
    find(this, '[data-compare]').hidden = answer === undefined
    if (answer === undefined) return
    find(this, '[data-answer]').textContent = answer
    find<HTMLTextAreaElement>(this, 'textarea').value = answer === unknown ? '' : answer
    this.#ready()
  }

  #ready(): void {
    find<HTMLButtonElement>(this, '[type=submit]').disabled = find<HTMLTextAreaElement>(this, 'textarea').value.trim() === ''
  }
}

customElements.define('predict-prompt', PredictPrompt)
