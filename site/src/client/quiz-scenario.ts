// A scenario: choose, check, read why. A wrong choice gets its explanation; the right one opens them all.
import { keepAnswer, localAnswer, storedAnswer } from './answers.ts'
import { find } from './elements.ts'

class QuizScenario extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener('change', () => this.#chosen())
    find(this, 'form').addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#check()
    })
    find(this, '[data-all]').addEventListener('click', () => this.#explainAll())
    void this.#restore()
  }

  async #restore(): Promise<void> {
    const { course = '', question = '' } = this.dataset
    const answer = (await storedAnswer(course, question)) ?? localAnswer(course, question)
    if (!answer || this.querySelector(':checked')) return
    this.#attempts(answer.attempts)
    const option = this.#option(answer.answer)
    if (!option) return
    find<HTMLInputElement>(option, 'input').checked = true
    this.#show(option)
    this.#chosen()
  }

  async #check(): Promise<void> {
    const choice = this.querySelector<HTMLInputElement>('input:checked')
    const option = choice && this.#option(choice.value)
    if (!option) return
    this.#show(option)
    const right = option.dataset.right !== undefined
    find(this, '[data-verdict]').textContent = right
      ? 'Right. Every option is explained above.'
      : 'Not this one. Its explanation stands below it; choose again when you have read it.'
    const { course = '', question = '' } = this.dataset
    const { message } = await keepAnswer(course, question, { answer: option.dataset.option ?? '', right })
    this.#attempts(message.attempts)
  }

  /** Marks an option as right or wrong, with its explanation. */
  #show(option: HTMLElement): void {
    const right = option.dataset.right !== undefined
    option.dataset.state = right ? 'right' : 'wrong'
    find(option, '[data-word]').textContent = right ? 'Right' : 'Wrong'
    find(option, '[data-why]').hidden = false
    find(this, '[data-all]').hidden = right
    if (right) this.#explainAll()
  }

  #explainAll(): void {
    for (const option of this.#options()) {
      find(option, '[data-why]').hidden = false
      if (option.dataset.state !== undefined || option.dataset.right === undefined) continue
      option.dataset.state = 'right'
      find(option, '[data-word]').textContent = 'Right'
    }
    find(this, '[data-lesson]').hidden = false
    find(this, '[data-all]').hidden = true
  }

  #chosen(): void {
    find<HTMLButtonElement>(this, '[type=submit]').disabled = this.querySelector(':checked') === null
  }

  #attempts(count: number): void {
    find(this, '[data-attempts]').textContent = count === 1 ? '1 attempt' : `${count} attempts`
  }

  #options(): readonly HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('[data-option]')]
  }

  #option(id: string): HTMLElement | undefined {
    return this.#options().find(({ dataset }) => dataset.option === id)
  }
}

customElements.define('quiz-scenario', QuizScenario)
