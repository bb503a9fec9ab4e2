// The terminal's colours, light and dark: each readable on its ground.
import type { ITheme } from '@xterm/xterm'

const dark: ITheme = {
  background: '#0b1117',
  foreground: '#d5dde5',
  cursor: '#72d0d3',
  cursorAccent: '#0b1117',
  selectionBackground: '#2b4a55',
  black: '#1d2833',
  red: '#f2948a',
  green: '#71cf97',
  yellow: '#e9c46a',
  blue: '#8ab4f8',
  magenta: '#d5a6f0',
  cyan: '#72d0d3',
  white: '#d5dde5',
  brightBlack: '#7f909f',
  brightRed: '#ffb0a8',
  brightGreen: '#95e6b5',
  brightYellow: '#f6d98f',
  brightBlue: '#aecbfa',
  brightMagenta: '#e6c5f7',
  brightCyan: '#9be3e5',
  brightWhite: '#ffffff',
}

const light: ITheme = {
  background: '#fbfaf7',
  foreground: '#24303b',
  cursor: '#0b5c66',
  cursorAccent: '#fbfaf7',
  selectionBackground: '#cfe4e6',
  black: '#24303b',
  red: '#a52a20',
  green: '#17693e',
  yellow: '#7d5200',
  blue: '#1f4f9c',
  magenta: '#7a3a92',
  cyan: '#0b5c66',
  white: '#5b6873',
  brightBlack: '#6a7782',
  brightRed: '#c23c30',
  brightGreen: '#1f7d4b',
  brightYellow: '#8f6000',
  brightBlue: '#2a63bf',
  brightMagenta: '#8f49a8',
  brightCyan: '#12747e',
  brightWhite: '#24303b',
}

/** Colours for the page's theme as it is now. */
export function currentTheme(): ITheme {
  return document.documentElement.dataset.theme === 'light' ? light : dark
}

/** Calls back whenever the page's theme changes. */
export function onThemeChange(change: (theme: ITheme) => void): void {
  new MutationObserver(() => change(currentTheme())).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
}
