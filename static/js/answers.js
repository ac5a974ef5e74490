// What htmx does with answers that are not a fragment: errors become a toast, a redirect to a whole page becomes the page.
function tell(text, kind = "error") {
  document.dispatchEvent(new CustomEvent("holdfast:toast", { detail: { text, kind } }));
}

function word(name) {
  return document.querySelector("[data-messages]")?.dataset[name] ?? "";
}

// What a page asks by itself, over and over (data-quiet), bothers nobody when it fails.
const isQuiet = (ctx) => ctx?.sourceElement?.matches("[data-quiet]");

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.response.status === 422 || isQuiet(ctx)) return;
  const page = new DOMParser().parseFromString(ctx.text ?? "", "text/html");
  tell(page.querySelector("[data-error-message]")?.textContent.trim() || word("failed"));
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (ctx && !ctx.response && !isQuiet(ctx)) tell(word("unreachable"));
});

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (!ctx.response.raw.redirected || !/^\s*<!doctype/i.test(ctx.text)) return;
  if (isQuiet(ctx)) {
    event.preventDefault();
    return;
  }
  if (!ctx.text.includes('id="page"')) {
    // The session has ended: load this page again, which leads to the sign-in and back to here.
    event.preventDefault();
    location.reload();
    return;
  }
  Object.assign(ctx, { target: document.body, swap: "outerSync show:top", select: null, selectOOB: null, push: "true" });
});
