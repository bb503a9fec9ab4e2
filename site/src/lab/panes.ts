// The panes: a divider that remembers, and one pane at a time on narrow windows.
import { find } from '../client/elements.ts'

const splitKey = 'drydock:split'
const foldKey = 'drydock:criteria'

/** The parts of the lab that can be shown on a narrow window. */
export type Pane = 'text' | 'terminal' | 'criteria'

/** Makes the divider and the pane tabs work. */
export function startPanes(): void {
  const divider = find(document, '[data-divider]')
  setSplit(divider, Number(remembered(splitKey) ?? divider.getAttribute('aria-valuenow')))
  divider.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -2, ArrowRight: 2, PageUp: -10, PageDown: 10, Home: -100, End: 100 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    setSplit(divider, Number(divider.getAttribute('aria-valuenow')) + step)
  })
  divider.addEventListener('dblclick', () => setSplit(divider, 46))
  divider.addEventListener('pointerdown', (event) => drag(divider, event))
  for (const button of document.querySelectorAll<HTMLElement>('[data-show]')) {
    button.addEventListener('click', () => showPane(button.dataset.show as Pane))
  }
}

/** Makes room for the terminal: the criteria fold into their heading, and stay so. */
export function startFold(): void {
  const button = find(document, '[data-fold]')
  const fold = (open: boolean): void => button.setAttribute('aria-expanded', String(open))
  fold(remembered(foldKey) !== 'folded')
  button.addEventListener('click', () => {
    const open = button.getAttribute('aria-expanded') === 'false'
    fold(open)
    remember(foldKey, open ? 'open' : 'folded')
  })
}

/** Brings a pane to the front where there is room for one only. */
export function showPane(pane: Pane): void {
  document.body.dataset.shown = pane
  for (const button of document.querySelectorAll<HTMLElement>('[data-show]')) button.setAttribute('aria-pressed', String(button.dataset.show === pane))
}

function drag(divider: HTMLElement, down: PointerEvent): void {
  divider.setPointerCapture(down.pointerId)
  divider.classList.add('dragging')
  const move = ({ clientX }: PointerEvent): void => setSplit(divider, (clientX / innerWidth) * 100)
  divider.addEventListener('pointermove', move)
  const end = (): void => {
    divider.classList.remove('dragging')
    divider.removeEventListener('pointermove', move)
  }
  divider.addEventListener('lostpointercapture', end, { once: true })
}

function setSplit(divider: HTMLElement, wanted: number): void {
  const split = Math.round(Math.min(75, Math.max(25, wanted)))
  document.body.style.setProperty('--split', `${split}%`)
  divider.setAttribute('aria-valuenow', String(split))
  remember(splitKey, String(split))
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {}
}

function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
