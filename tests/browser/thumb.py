"""What is asked of a page as a thumb meets it: scripts for `page.evaluate`, each a list, empty where all is well.

SMALL finds what can be pressed on less than 48 by 48 CSS pixels, as what it says and how wide and high it is. It does
not trust boxes: it asks the page from the middle of each target outwards what a touch there would hit, so that an
enlarged area counts, and one that a neighbour covers does not. Left out are links within a sentence (a line of text of
its own stands around them) and what is there for the keyboard and screen readers alone. Of a box to tick and its label
the label is measured. Lists that open are opened.
"""

SMALL = """() => {
  const targets = `a[href], button, select, textarea, summary, input:not([type=hidden], [type=checkbox], [type=radio]),
    label:has(input:is([type=checkbox], [type=radio])), input:is([type=checkbox], [type=radio]) + label`;
  const shown = e => e.checkVisibility() && e.getBoundingClientRect().width > 1 && !e.closest(".skip, .hush");
  const inSentence = e => e.matches("a") && getComputedStyle(e).display === "inline"
    && [...e.parentElement.childNodes].some(node => node.nodeType === Node.TEXT_NODE && /\\p{L}/u.test(node.data));
  const walk = (e, x, y, dx, dy) => {
    let n = 0;
    while (n < 48 && e.contains(document.elementFromPoint(x + n * dx, y + n * dy))) n += 0.5;
    return n;
  };
  const tooSmall = e => {
    e.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const box = e.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    // A touch hits whole pixels; a box is exact, and nothing reaches beyond it but a pseudo-element.
    const most = getComputedStyle(e, "::after").content === "none" ? box : { width: 96, height: 96 };
    const wide = Math.min(most.width, walk(e, x, y, 1, 0) + walk(e, x, y, -1, 0) - 1);
    const high = Math.min(most.height, walk(e, x, y, 0, 1) + walk(e, x, y, 0, -1) - 1);
    const words = e.innerText || e.name || e.ariaLabel || e.className;
    return wide < 47.5 || high < 47.5 ? [`${words}: ${wide} x ${high}`] : [];
  };
  const measure = root => [...root.querySelectorAll(targets)].filter(e => shown(e) && !inSentence(e)).flatMap(tooSmall);
  document.querySelectorAll("details:not(.menu)").forEach(e => { e.open = true; });
  const found = measure(document);
  for (const menu of document.querySelectorAll("details.menu")) {
    if (!menu.checkVisibility()) continue;
    menu.open = true;
    found.push(...measure(menu));
    menu.open = false;
  }
  return found;
}"""

SMALL_TYPE = """() => [...document.querySelectorAll('main :is(input:not([type=hidden]), select, textarea)')]
  .filter(e => parseFloat(getComputedStyle(e).fontSize) < 16).map(e => `${e.name}: small type`)"""

WIDER = """() => [document.documentElement].filter(e => e.scrollWidth > e.clientWidth)
  .map(e => `the page: ${e.scrollWidth} in ${e.clientWidth}`)"""

# Tabs that can be seen only by pushing the others aside.
ASIDE = """() => [...document.querySelectorAll(".segments")].filter(e => e.scrollWidth > e.clientWidth)
  .map(e => `${e.ariaLabel}: ${e.scrollWidth} in ${e.clientWidth}`)"""
