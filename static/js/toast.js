// Messages: a success leaves after eight seconds, never while it has the focus or the pointer; errors stay until closed.
// Others ask for one with: document.dispatchEvent(new CustomEvent("holdfast:toast", {detail: {text, kind}})).
const LASTS = 8000;

function region() {
  return document.querySelector("[data-messages]");
}

function close(toast) {
  const focused = toast.contains(document.activeElement);
  toast.remove();
  if (focused) document.getElementById("page")?.focus({ preventScroll: true });
}

function watch(toast) {
  if (toast.dataset.watched) return;
  toast.dataset.watched = "yes";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button square";
  button.textContent = "×";
  button.setAttribute("aria-label", region()?.dataset.dismiss ?? "×");
  button.addEventListener("click", () => close(toast));
  toast.append(button);
  if (toast.classList.contains("error") || toast.classList.contains("warning")) return;
  let timer = setTimeout(close, LASTS, toast);
  const stay = () => clearTimeout(timer);
  const leave = () => {
    stay();
    if (!toast.matches(":hover, :focus-within")) timer = setTimeout(close, LASTS, toast);
  };
  for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, stay);
  for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, () => setTimeout(leave));
}

function watchAll() {
  document.querySelectorAll("[data-toast]").forEach(watch);
}

document.addEventListener("holdfast:toast", ({ detail }) => {
  const toast = document.createElement("div");
  toast.className = `toast ${detail.kind ?? "info"}`;
  toast.dataset.toast = "";
  const words = document.createElement("p");
  words.textContent = detail.text;
  toast.append(words);
  // The same words are not shown twice; a second failure still says so by appearing anew.
  region()?.querySelectorAll("[data-toast] > p").forEach((p) => p.textContent === detail.text && p.parentElement.remove());
  region()?.append(toast);
  watch(toast);
});

// What stands in the page when it loads was never announced: put in anew, the live region speaks it.
setTimeout(() => document.querySelectorAll("[data-toast] > p").forEach((p) => { p.textContent = p.textContent; }), 200);
watchAll();
document.addEventListener("htmx:after:swap", watchAll);
