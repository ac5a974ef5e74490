// The service worker of the site. So far it shows push messages and opens what they are about; it fetches nothing.
"use strict";

const HOME = "/alerts/";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// What Firebase sends: the notification as alerts/channels/push.py wrote it, and data with link and acknowledge.
function read(message) {
  try {
    return message.json() ?? {};
  } catch {
    return {};
  }
}

self.addEventListener("push", (event) => {
  const { notification = {}, data = {} } = read(event.data);
  const { title = "Holdfast", body, tag, actions } = notification;
  // A browser that may show nothing for a message takes the subscription away, so something is always shown.
  event.waitUntil(self.registration.showNotification(title, { body, tag, actions, data, renotify: Boolean(tag) }));
});

self.addEventListener("notificationclick", (event) => {
  const { link, acknowledge } = event.notification.data ?? {};
  event.notification.close();
  event.waitUntil(show((event.action === "acknowledge" && acknowledge) || link || HOME));
});

async function show(address) {
  const target = new URL(address, self.location.origin);
  const own = target.origin === self.location.origin ? target.href : new URL(HOME, self.location.origin).href;
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = open.find(({ url }) => url === own);
  return page ? page.focus() : self.clients.openWindow(own);
}
