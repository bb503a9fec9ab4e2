// Menus made of `details`: they close when something is chosen, when one clicks elsewhere, and at Escape.

/** Makes every menu of the page close as menus do. */
export function startMenus(): void {
  document.addEventListener('click', ({ target }) => {
    for (const menu of open()) {
      const inside = target instanceof Node && menu.contains(target)
      const chosen = target instanceof Element && target.closest('.menu-list :is(button, a)') !== null
      if (inside && chosen) menu.querySelector('summary')?.focus()
      if (!inside || chosen) menu.open = false
    }
  })
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return
    for (const menu of open()) {
      menu.open = false
      menu.querySelector('summary')?.focus()
    }
  })
}

function open(): readonly HTMLDetailsElement[] {
  return [...document.querySelectorAll<HTMLDetailsElement>('details.menu[open]')]
}
