// Finding elements that a component has written itself.

/** The element that a selector names; it is part of the component, so its absence is a fault of ours. */
export function find<element extends HTMLElement = HTMLElement>(root: ParentNode, selector: string): element {
  const found = root.querySelector<element>(selector)
  if (!found) throw new Error(`Expected an element "${selector}"`)
  return found
}

/** Makes an element with attributes and children; text only, never HTML. */
export function make<name extends keyof HTMLElementTagNameMap>(
  name: name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[name] {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.append(...children)
  return element
}
