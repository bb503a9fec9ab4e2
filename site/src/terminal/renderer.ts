// WebGL where real hardware draws it; a software renderer is slower than the DOM.
import type { Terminal } from '@xterm/xterm'

const software = /swiftshader|llvmpipe|softpipe|software|basic render/i

/** Draws with WebGL if that helps; goes back to the DOM when the context is lost. */
export async function useBestRenderer(terminal: Terminal): Promise<void> {
  if (!hasHardware()) return
  const { WebglAddon } = await import('@xterm/addon-webgl')
  try {
    const addon = new WebglAddon()
    addon.onContextLoss(() => addon.dispose())
    terminal.loadAddon(addon)
  } catch {
    // The DOM renderer is in place already.
  }
}

let hardware: boolean | undefined

function hasHardware(): boolean {
  hardware ??= looksLikeHardware()
  return hardware
}

function looksLikeHardware(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true })
  const info = gl?.getExtension('WEBGL_debug_renderer_info')
  if (!gl || !info) return false
  const name: unknown = gl.getParameter(info.UNMASKED_RENDERER_WEBGL)
  gl.getExtension('WEBGL_lose_context')?.loseContext()
  return typeof name === 'string' && !software.test(name)
}
