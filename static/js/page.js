// Small things of every page: the mark of the connection, and menus that close.
function showConnection() {
  const mark = document.querySelector("[data-online]");
  if (!mark) return;
  mark.hidden = navigator.onLine && !mark.dataset.always;
  mark.classList.toggle("off", !navigator.onLine);
  mark.textContent = navigator.onLine ? mark.dataset.online : mark.dataset.offline;
}

for (const event of ["online", "offline"]) addEventListener(event, showConnection);
document.addEventListener("htmx:after:swap", showConnection);
showConnection();

document.addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll("[data-menu][open]")) if (!menu.contains(target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
