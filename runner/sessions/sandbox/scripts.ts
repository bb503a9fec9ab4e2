// The scripts beside this file, by their text: what runs in a sandbox need not be able to reach this folder.
import { readFileSync } from 'node:fs'

export const bashrc = read('bashrc.sh')
export const enterScript = read('enter.sh')
export const enterBubblewrapScript = read('enter-bubblewrap.sh')
export const initBubblewrapScript = read('init-bubblewrap.sh')
export const initScript = read('init.sh')
export const listenScript = read('listen.pl')
export const ownBashrc = read('own-bashrc.sh')
export const stageScript = read('stage.sh')

function read(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8')
}
