// Turns push on in this browser: a form [data-push] gets the id under which Firebase knows it, and sends it.
import { initializeApp } from "../vendor/firebase-13.2.0/firebase-app.js";
import { getMessaging, isSupported, onRegistered, register } from "../vendor/firebase-13.2.0/firebase-messaging.js";

const form = document.querySelector("form[data-push]");
const say = (name) => {
  for (const part of document.querySelectorAll("[data-push-says]")) part.hidden = part.dataset.pushSays !== name;
};

async function registered() {
  const { config, key } = JSON.parse(document.getElementById("firebase").textContent);
  await navigator.serviceWorker.register("/sw.js");
  const messaging = getMessaging(initializeApp(config));
  return new Promise((resolve, reject) => {
    onRegistered(messaging, resolve);
    navigator.serviceWorker.ready
      .then((worker) => register(messaging, { vapidKey: key, serviceWorkerRegistration: worker }))
      .catch(reject);
  });
}

async function turnOn() {
  // Asked at once, while the browser still counts it as the person's own wish.
  if ((await Notification.requestPermission()) !== "granted") return say("refused");
  say("working");
  try {
    form.elements.fid.value = await registered();
    form.submit();
  } catch (error) {
    console.warn(`Push: ${error.code ?? error.name}`);
    say("failed");
  }
  return undefined;
}

if (form) {
  if (await isSupported()) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      turnOn().finally(() => form.removeAttribute("aria-busy"));
    });
  } else {
    say("unsupported");
  }
}
