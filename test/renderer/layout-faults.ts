/**
 * Everything on the page that is cut off, sticks out or lies on something else, as one sentence each. Runs inside the
 * page, so it uses nothing from outside.
 */
export function layoutFaults(): string[] {
  const faults: string[] = [];
  const width = window.innerWidth;
  const height = window.innerHeight;
  const slackPx = 1.5;

  const name = (element: Element) =>
    `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> ${JSON.stringify(
      (element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 40),
    )}`;
  const isShown = (element: Element) => {
    const box = element.getBoundingClientRect();
    return (
      box.width > 0 &&
      box.height > 0 &&
      // There CodeMirror puts a tooltip whose place in the text is out of sight.
      box.top > -9000 &&
      element.closest('.off-screen, .title-measure') === null &&
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    );
  };
  const scrollsDown = (element: Element) => {
    for (let parent = element.parentElement; parent !== null; parent = parent.parentElement) {
      const flow = getComputedStyle(parent).overflowY;
      if ((flow === 'auto' || flow === 'scroll') && parent.scrollHeight > parent.clientHeight) return true;
    }
    return false;
  };
  const layer = (element: Element) => element.closest('.popover') ?? document.body;
  /** The part of a box that no scrolling or cutting parent hides. */
  const visiblePart = (element: Element, box: DOMRect) => {
    let { left, top, right, bottom } = box;
    for (let parent = element.parentElement; parent !== null; parent = parent.parentElement) {
      if (getComputedStyle(parent).overflowY === 'visible') continue;
      const frame = parent.getBoundingClientRect();
      left = Math.max(left, frame.left);
      top = Math.max(top, frame.top);
      right = Math.min(right, frame.right);
      bottom = Math.min(bottom, frame.bottom);
    }
    return new DOMRect(left, top, Math.max(0, right - left), Math.max(0, bottom - top));
  };
  const overlap = (a: DOMRect, b: DOMRect) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > slackPx &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > slackPx;

  if (document.documentElement.scrollWidth > width) faults.push('the page scrolls sideways');

  const all = [...document.body.querySelectorAll('*')].filter(isShown);
  const ofText = all.filter((element) => element.closest('.cm-content, svg') === null);
  for (const element of all) {
    const box = element.getBoundingClientRect();
    if (element.closest('.remote-caret, .cm-announced') !== null) {
      if (box.right > width + slackPx) faults.push(`sticks out on the right: ${name(element)}`);
      continue;
    }
    if (box.left < -slackPx || box.right > width + slackPx)
      faults.push(`sticks out sideways: ${name(element)}`);
    if (!scrollsDown(element) && (box.top < -slackPx || box.bottom > height + slackPx))
      faults.push(`sticks out above or below: ${name(element)}`);
  }
  for (const element of ofText) {
    const { overflowX, overflowY, textOverflow } = getComputedStyle(element);
    const ellipsis = textOverflow === 'ellipsis';
    if (overflowX === 'hidden' && !ellipsis && element.scrollWidth > element.clientWidth + 1)
      faults.push(`is cut on the side: ${name(element)}`);
    if (overflowY === 'hidden' && element.scrollHeight > element.clientHeight + 1)
      faults.push(`is cut at the bottom: ${name(element)}`);
    if (
      overflowX === 'visible' &&
      element.tagName === 'BUTTON' &&
      element.scrollWidth > element.clientWidth + 2
    )
      faults.push(`is wider than its button: ${name(element)}`);
  }

  const shownBox = (element: Element) => visiblePart(element, element.getBoundingClientRect());
  const controls = ofText.filter((element) => element.matches('button, input, a, textarea, select'));
  for (const [i, a] of controls.entries()) {
    for (const b of controls.slice(i + 1)) {
      if (layer(a) === layer(b) && overlap(shownBox(a), shownBox(b)))
        faults.push(`lie on each other: ${name(a)} and ${name(b)}`);
    }
  }

  const texts: { readonly element: Element; readonly box: DOMRect }[] = [];
  for (const element of ofText) {
    for (const node of element.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE || (node.textContent ?? '').trim() === '') continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const own = element.getBoundingClientRect();
      for (const rect of range.getClientRects()) {
        // What an ellipsis hides takes no place.
        const right = Math.min(rect.right, own.right);
        const box = visiblePart(element, new DOMRect(rect.left, rect.top, right - rect.left, rect.height));
        if (box.width > 0 && box.height > 0) texts.push({ element, box });
      }
    }
  }
  for (const [i, a] of texts.entries()) {
    for (const b of texts.slice(i + 1)) {
      if (a.element !== b.element && layer(a.element) === layer(b.element) && overlap(a.box, b.box))
        faults.push(`texts lie on each other: ${name(a.element)} and ${name(b.element)}`);
    }
  }
  return faults;
}
