// `npm run bench`: what the budgets allow, and what this machine measures. Figures only; nothing fails here.
import { clusterFigures } from './clusters.ts'
import { commandFigures } from './commands.ts'
import { fleetFigures } from './fleets.ts'
import { printFigures } from './measure.ts'
import { pageFigures } from './pages.ts'
import { scaleFigures } from './scale.ts'
import { worldFigures } from './worlds.ts'

const figures = [
  ...(await clusterFigures()),
  ...(await worldFigures()),
  ...(await commandFigures()),
  ...(await pageFigures()),
  ...(await scaleFigures()),
  ...(await fleetFigures()),
]
printFigures(figures)
process.exit(0)
