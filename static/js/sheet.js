// The sheet of an operation: scanned codes are added one after the other, in the order of the scans, while more come in.
// The server answers each with its line; what could not be sent is named, and nothing is booked before all are through.
const waiting = [];
let sending = false;
let booking = null;

const sheet = () => document.querySelector("form[data-sheet]");
const field = () => document.getElementById("id_code");
const outcome = () => document.getElementById("scan-outcome");

function say(text) {
  const words = document.createElement("p");
  words.className = "errors";
  words.textContent = text;
  outcome().replaceChildren(words);
}

// A code that was not added comes back, selected so that the next scan takes its place; never into what is being typed.
function giveBack(text) {
  const input = field();
  input.setAttribute("aria-invalid", "true");
  if (input.value) return;
  input.value = text;
  if (document.activeElement === input) input.select();
}

async function send(asked) {
  outcome().dataset.waiting = "";
  await window.htmx.ajax("POST", sheet().dataset.sheet, {
    source: sheet(), target: "#scan-outcome", swap: "outerHTML", values: { again: asked.again ?? "", ...asked },
  });
  // What a line was asking meanwhile it asked of the sheet as it was before.
  document.querySelectorAll("[data-line].htmx-request").forEach(look);
  if ("waiting" in outcome().dataset) return "unsent";
  return outcome().querySelector(".errors") ? "refused" : "added";
}

async function drain() {
  if (sending) return;
  sending = true;
  let clean = true;
  while (waiting.length) {
    const asked = waiting.shift();
    const fate = await send(asked);
    if (fate === "added") {
      field().removeAttribute("aria-invalid");
      continue;
    }
    clean = false;
    if (fate === "unsent") {
      const codes = [asked, ...waiting.splice(0)].map(({ code }) => code).filter(Boolean);
      if (codes.length) say(`${sheet().dataset.notAdded} ${codes.join(", ")}`);
      if (codes.length) giveBack(codes[0]);
    } else if (waiting.length || field().value) {
      // The next outcome will take this one's place, so it stays as a message.
      const text = outcome().textContent.trim();
      document.dispatchEvent(new CustomEvent("holdfast:toast", { detail: { text, kind: "error" } }));
    } else {
      giveBack(asked.code ?? "");
    }
  }
  sending = false;
  const button = booking;
  booking = null;
  if (button && clean) sheet().requestSubmit(button);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-scan-send], [data-again]");
  if (!button || !button.form?.matches("[data-sheet]") || !window.htmx) return;
  event.preventDefault();
  event.stopPropagation();
  const input = field();
  if ("again" in button.dataset) {
    waiting.push({ again: button.dataset.again });
  } else if (input.value.trim()) {
    waiting.push({ code: input.value.trim(), add: "1" });
    input.value = "";
  } else {
    input.focus();
  }
  drain();
}, true);

// Before any other listener: what is still on its way is added first, and a form says when it was sent.
addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-sheet]") && (sending || waiting.length)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    booking = event.submitter;
    return;
  }
  for (const input of form.querySelectorAll("input[data-now]")) input.value = new Date().toISOString();
}, true);

// "A-03-2 · 482" under a line says where it lies, and fills in the bin.
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-fill]");
  const line = button?.closest("[data-line]");
  if (!line) return;
  const bin = line.querySelector(`[name$="-${button.dataset.fill}"]`);
  bin.value = button.dataset.bin;
  const lot = line.querySelector('[name$="-lot_number"]');
  if (lot && "lot" in button.dataset) lot.value = button.dataset.lot;
  bin.dispatchEvent(new Event("input", { bubbles: true }));
});

// A line that was taken away leaves its goods to the others of its product, and a reason lets a chosen lot go: the lines
// say anew what they take.
function look(line) {
  line.dispatchEvent(new Event("input"));
}

function lookAgain() {
  document.querySelectorAll("[data-line][hx-vals]").forEach(look);
}

document.addEventListener("holdfast:lines", lookAgain);
document.addEventListener("change", ({ target }) => target.matches?.("[name=lot_reason]") && lookAgain());
