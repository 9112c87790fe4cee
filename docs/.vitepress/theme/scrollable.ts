/** What is wide and scrolls in its own box. */
const boxes = '.vp-doc table, .vp-doc .katex-display';

/** Lets the keyboard reach what scrolls, for as long as it is wider than its room. */
export function keepScrollableReachable(): void {
  const look = () => {
    for (const box of document.querySelectorAll<HTMLElement>(boxes)) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute('tabindex');
    }
  };
  // Of the text: another page, fonts that came, a turned phone.
  const sizes = new ResizeObserver(look);
  sizes.observe(document.body);
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  look();
}
