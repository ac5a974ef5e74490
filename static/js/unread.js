// Asks for the figure at Alerts again every 20 seconds, while somebody can see it, and when they come back to it.
const EVERY = 20_000;
const ask = () => document.visibilityState === "visible" && htmx.trigger("#unread-asks", "unread");

setInterval(ask, EVERY);
document.addEventListener("visibilitychange", ask);
