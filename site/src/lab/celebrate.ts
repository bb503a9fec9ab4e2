// A small celebration: a few sparks rise from the line that says so. Nothing moves for those who asked for that.
import { make } from '../client/elements.ts'

const colours = ['var(--dd-good)', 'var(--dd-accent)', 'var(--dd-warn)']

/** Lets sparks rise in an element, once. */
export function celebrate(place: HTMLElement): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
  const sparks = Array.from({ length: 18 }, (_, index) => {
    const spark = make('i')
    spark.style.insetInlineStart = `${5 + index * 5}%`
    spark.style.background = colours[index % colours.length] ?? ''
    spark.style.setProperty('--dx', `${(Math.random() - 0.5) * 60}px`)
    spark.style.setProperty('--dy', `${-40 - Math.random() * 90}px`)
    spark.style.animationDelay = `${Math.random() * 250}ms`
    return spark
  })
  place.replaceChildren(...sparks)
  setTimeout(() => place.replaceChildren(), 2000)
}
