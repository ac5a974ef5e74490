// Forms: one send at a time, lines that can be taken away or added, choices that send themselves.
// A form in flight carries aria-busy; its button is never disabled, and the server's key is what keeps it once.
const PATIENCE = 4000;

function free(form) {
  form?.removeAttribute("aria-busy");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  // A form that takes one scan after the other (data-many) sends each of them.
  if (form.method !== "post" || "many" in form.dataset) return;
  if (form.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.setAttribute("aria-busy", "true");
  setTimeout(free, PATIENCE, form);
}, true);

addEventListener("pageshow", () => document.querySelectorAll("form[aria-busy]").forEach(free));
document.addEventListener("htmx:finally:request", ({ target, detail }) => {
  free(detail.ctx?.request?.form ?? target.closest?.("form"));
});

// A line: [data-line] with a button [data-line-remove]; in a Django formset its DELETE box is ticked instead.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-line-remove]");
  const line = button?.closest("[data-line]");
  if (!line) return;
  event.preventDefault();
  const lines = [...document.querySelectorAll("[data-line]:not([hidden])")];
  const next = lines[lines.indexOf(line) + 1] ?? lines[lines.indexOf(line) - 1];
  const box = line.querySelector('input[name$="-DELETE"]');
  if (box) {
    box.checked = true;
    line.hidden = true;
  } else {
    line.remove();
  }
  (next?.querySelector("[data-line-remove]") ?? document.querySelector("[data-scan-target]"))?.focus();
  document.dispatchEvent(new CustomEvent("holdfast:lines"));
});

// [data-line-add="<id of a template>"] appends its content before itself, __prefix__ being the next number of the formset.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-line-add]");
  if (!button) return;
  event.preventDefault();
  const total = button.form.querySelector('input[name$="TOTAL_FORMS"]');
  const holder = document.createElement("template");
  holder.innerHTML = document.getElementById(button.dataset.lineAdd).innerHTML.replaceAll("__prefix__", total.value);
  total.value = String(Number(total.value) + 1);
  const line = holder.content.firstElementChild;
  document.querySelector(button.dataset.lineInto ?? "[data-lines]").append(line);
  window.htmx?.process(line);
  line.querySelector("input:not([type=hidden]), select")?.focus();
});

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-sends]")) target.form.requestSubmit();
});
