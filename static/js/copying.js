// [data-copy="<id>"] copies that element's text; [data-save="<file name>"] keeps the text of [data-save-from] as a file.
document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    button.querySelector("[data-words]").textContent = button.dataset.done;
  } catch {
    getSelection().selectAllChildren(source);
  }
});

for (const link of document.querySelectorAll("a[data-save]")) {
  const text = document.getElementById(link.dataset.save).textContent.trim();
  link.href = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/plain" }));
  link.hidden = false;
}
