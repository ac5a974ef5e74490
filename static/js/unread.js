// The figure at Alerts, and the mark of a page that is no longer what it shows. A stream says when something has changed;
// where there is none, the figure is asked for every 20 seconds. Both only while somebody can see the page.
const EVERY = 20_000;
const REST = 2_000;
const SPREAD = 250;
const AGAIN = 60_000;
const { dataset } = document.querySelector("[data-events]");
let stream = null;
let asked = 0;
let asking = 0;
let opening = 0;

const seen = () => document.visibilityState === "visible";

function ask() {
  clearTimeout(asking);
  asking = 0;
  asked = Date.now();
  if (seen()) htmx.trigger("#unread-asks", "unread");
}

// Of many hints one question, and not of everybody at the same moment.
function askSoon() {
  asking ||= setTimeout(ask, Math.max(Math.random() * SPREAD, asked + REST - Date.now()));
}

function changed({ data }) {
  const { ids, own } = JSON.parse(data);
  askSoon();
  const mark = document.querySelector("[data-changed]");
  const here = mark && (!mark.dataset.changed || !ids || ids.includes(Number(mark.dataset.changed)));
  if (here && !own) mark.hidden = false;
}

function close() {
  clearTimeout(opening);
  opening = 0;
  stream?.close();
  stream = null;
  delete dataset.streams;
}

function open() {
  if (stream || !seen()) return;
  stream = new EventSource(dataset.events, { withCredentials: true });
  stream.addEventListener("hello", () => {
    if (asked) askSoon();
    dataset.streams = "";
  });
  stream.addEventListener("alerts", changed);
  stream.addEventListener("error", () => {
    // One that has streamed has come to its end; where there is none, it is not asked for all the time.
    const pause = ("streams" in dataset ? REST : AGAIN) * (1 + Math.random());
    close();
    opening = setTimeout(open, pause);
  });
}

setInterval(() => "streams" in dataset || ask(), EVERY);
document.addEventListener("visibilitychange", () => {
  close();
  if (!seen()) return;
  ask();
  open();
});
open();
