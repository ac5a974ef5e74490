// Keys outside of text fields. A scanner that types is known by its speed: a burst that ends in Enter is a code, which goes
// to the page's [data-scan-target] or else to the scan page. People's keys: / searches, g and a letter goes to a page.
const BURST = 60;
const PATIENCE = 1500;
const SHORTEST = 3;
let code = "";
let last = 0;
let goAt = 0;

function typing(element) {
  return element?.matches?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]");
}

function scanned(text) {
  const target = document.querySelector("[data-scan-target]");
  if (target) {
    target.value = text;
    for (const kind of ["input", "change"]) target.dispatchEvent(new Event(kind, { bubbles: true }));
    const send = target.form?.querySelector("[data-scan-send]");
    if (send) send.click();
    else target.form?.requestSubmit();
  } else if (document.body.dataset.scanUrl) {
    location.assign(`${document.body.dataset.scanUrl}?code=${encodeURIComponent(text)}`);
  }
}

function personal(event, gap) {
  if (event.key === "/") {
    const search = document.querySelector("[data-search]");
    if (search?.checkVisibility?.() ?? search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  } else if (event.key === "g") {
    goAt = event.timeStamp;
  } else if (goAt && gap > BURST && event.timeStamp - goAt < PATIENCE) {
    goAt = 0;
    document.querySelector(`[data-go="${CSS.escape(event.key)}"]`)?.click();
  } else {
    goAt = 0;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const gap = event.timeStamp - last;
  if (event.key === "Enter") {
    if (code.length >= SHORTEST && gap < BURST) {
      event.preventDefault();
      event.stopPropagation();
      scanned(code);
    }
    code = "";
    return;
  }
  if (event.key.length !== 1) return;
  if (gap > BURST) code = "";
  // A blank inside of a burst belongs to the code; it must not press the button that has the focus.
  if (event.key === " " && code) event.preventDefault();
  code += event.key;
  last = event.timeStamp;
  if (code.length === 1) personal(event, gap);
}, true);
