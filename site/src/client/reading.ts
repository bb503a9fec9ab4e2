// What the pages of a course do: copy, ask, check.
import './code-block.ts'
import './predict-prompt.ts'
import './quiz-scenario.ts'
