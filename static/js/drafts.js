// What was typed and not sent yet outlives a dead battery: it is kept on the device, form by form (data-draft), shown
// again by the server when the form is opened anew, and forgotten once it was sent.
const DAYS = 2;

const draft = () => document.querySelector("form[data-draft]");
const name = (form) => `draft:${form.dataset.draft}`;
const worth = (fields) => fields.some(([field, text]) => field.endsWith("-quantity") && text);

function keep(form) {
  const fields = [...new FormData(form)].filter(([field]) => field !== "csrfmiddlewaretoken" && field !== "empty");
  try {
    if (worth(fields)) localStorage.setItem(name(form), JSON.stringify({ at: Date.now(), fields }));
  } catch { /* A device that keeps nothing works without. */ }
}

function kept(form) {
  try {
    const found = JSON.parse(localStorage.getItem(name(form)) ?? "null");
    return found && Date.now() - found.at < DAYS * 86_400_000 ? found.fields : null;
  } catch {
    return null;
  }
}

function forget(form) {
  try {
    localStorage.removeItem(name(form));
  } catch { /* As above. */ }
}

for (const event of ["input", "click"]) {
  document.addEventListener(event, ({ target }) => {
    const form = target.closest?.("form[data-draft]");
    if (form) setTimeout(() => form.isConnected && keep(form));
  });
}
document.addEventListener("htmx:after:swap", () => draft() && keep(draft()));

// An answer that leads elsewhere says that it was kept there.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const form = draft();
  if (form && ctx.response?.headers?.get?.("HX-Redirect")) forget(form);
});

const form = draft();
const fields = form && kept(form);
if (fields && worth(fields) && window.htmx) {
  const values = Object.fromEntries([...fields.filter(([field]) => field !== "code"), ["remove", "none"]]);
  await window.htmx.ajax("POST", form.getAttribute("hx-post"), { source: form, target: "#sheet", swap: "outerHTML", values });
  document.dispatchEvent(new CustomEvent("holdfast:toast", { detail: { text: form.dataset.drafted, kind: "info" } }));
}
